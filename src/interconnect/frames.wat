;; What the rings do with every frame, in WebAssembly: JavaScript looks at each word's bounds, calls a function for each
;; Atomics.load and Atomics.store, and has no four lanes at once. Written anew into frames-code.ts by
;; tools/write-frames-code.mjs. Words are numbered as in an Int32Array over the whole memory; layout.ts tells what they
;; mean.
;;
;; The checksum has four lanes. Each is a seed and the frame's words that are the lane's number modulo four:
;;
;;     lane = rotate(lane, 13) + word * odd              for each word
;;     lane = (lane xor (lane >>> 16)) * odd             in the end; the sum is the xor of all four
;;
;; Each step can be undone for a given word, so that a change of any one word always changes the sum. The multipliers of
;; the lanes differ and steps have an order: words that changed places are noticed. The end spreads a change near the top
;; of a lane over the others' bits: changes of two words do not cancel each other for being in the right places. The words
;; go in whole vectors of four, also over what stands behind the payload: a frame owns its granules. The word that holds
;; the sum counts as 0. It guards against torn and lost writes, not against intent.
(module
  (import "shared" "memory" (memory 1 65536 shared))

  ;; (word) -> what stands there; everything that was stored before it can be seen after this
  (func (export "load") (param $word i32) (result i32)
    (i32.atomic.load (i32.shl (local.get $word) (i32.const 2))))

  ;; (word, value): who loads it finds everything that was stored before
  (func (export "store") (param $word i32) (param $value i32)
    (i32.atomic.store (i32.shl (local.get $word) (i32.const 2)) (local.get $value)))

  ;; (frame, word0, sequence, ends and epoch, stamp): writes the header of a frame whose payload is there, with the
  ;; checksum. What was only just stored word by word is loaded word by word: a processor can't put together a vector of
  ;; stores that are under way.
  (func (export "seal")
    (param $frame i32) (param $word0 i32) (param $sequence i32) (param $endsEpoch i32) (param $stamp f64)
    (local $at i32) (local $end i32) (local $bits i64) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local.set $at (i32.shl (local.get $frame) (i32.const 2)))
    (local.set $end (i32.add (local.get $at) (i32.and (local.get $word0) (i32.const 0xffffff))))
    (local.set $bits (i64.reinterpret_f64 (local.get $stamp)))
    (i32.store offset=0 (local.get $at) (local.get $word0))
    (i32.store offset=4 (local.get $at) (local.get $sequence))
    (i32.store offset=8 (local.get $at) (local.get $endsEpoch))
    (i64.store offset=16 (local.get $at) (local.get $bits))

    (local.set $a (i32.add (i32.const 0x243f6a88) (i32.mul (local.get $word0) (i32.const 0x9e3779b1))))
    (local.set $b (i32.add (i32.const 0x13198a2e) (i32.mul (local.get $sequence) (i32.const 0x85ebca6b))))
    (local.set $c (i32.add (i32.const 0x2b7e1516) (i32.mul (local.get $endsEpoch) (i32.const 0xc2b2ae35))))
    (local.set $d (i32.const 0x452821e6))

    (local.set $a (i32.add (i32.rotl (local.get $a) (i32.const 13))
      (i32.mul (i32.wrap_i64 (local.get $bits)) (i32.const 0x9e3779b1))))
    (local.set $b (i32.add (i32.rotl (local.get $b) (i32.const 13))
      (i32.mul (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 32))) (i32.const 0x85ebca6b))))
    (local.set $c (i32.add (i32.rotl (local.get $c) (i32.const 13))
      (i32.mul (i32.load offset=24 (local.get $at)) (i32.const 0xc2b2ae35))))
    (local.set $d (i32.add (i32.rotl (local.get $d) (i32.const 13))
      (i32.mul (i32.load offset=28 (local.get $at)) (i32.const 0x27d4eb2f))))

    (block $summed
      (loop $vectors
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $summed (i32.ge_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $a (i32.add (i32.rotl (local.get $a) (i32.const 13))
          (i32.mul (i32.load offset=16 (local.get $at)) (i32.const 0x9e3779b1))))
        (local.set $b (i32.add (i32.rotl (local.get $b) (i32.const 13))
          (i32.mul (i32.load offset=20 (local.get $at)) (i32.const 0x85ebca6b))))
        (local.set $c (i32.add (i32.rotl (local.get $c) (i32.const 13))
          (i32.mul (i32.load offset=24 (local.get $at)) (i32.const 0xc2b2ae35))))
        (local.set $d (i32.add (i32.rotl (local.get $d) (i32.const 13))
          (i32.mul (i32.load offset=28 (local.get $at)) (i32.const 0x27d4eb2f))))
        (br $vectors)))

    (local.set $a
      (i32.mul (i32.xor (local.get $a) (i32.shr_u (local.get $a) (i32.const 16))) (i32.const 0x9e3779b1)))
    (local.set $b
      (i32.mul (i32.xor (local.get $b) (i32.shr_u (local.get $b) (i32.const 16))) (i32.const 0x85ebca6b)))
    (local.set $c
      (i32.mul (i32.xor (local.get $c) (i32.shr_u (local.get $c) (i32.const 16))) (i32.const 0xc2b2ae35)))
    (local.set $d
      (i32.mul (i32.xor (local.get $d) (i32.shr_u (local.get $d) (i32.const 16))) (i32.const 0x27d4eb2f)))
    (i32.store offset=12 (i32.shl (local.get $frame) (i32.const 2))
      (i32.xor (i32.xor (local.get $a) (local.get $b)) (i32.xor (local.get $c) (local.get $d)))))

  ;; (frame, bytes) -> the checksum of the frame that begins there and is so long: 17 bytes at least, with its header
  (func (export "checksum") (param $frame i32) (param $bytes i32) (result i32)
    (local $at i32) (local $end i32) (local $lanes v128)
    (local.set $at (i32.shl (local.get $frame) (i32.const 2)))
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (local.set $lanes
      (i32x4.add
        (v128.const i32x4 0x243f6a88 0x13198a2e 0x2b7e1516 0x452821e6)
        (i32x4.mul
          (i32x4.replace_lane 3 (v128.load (local.get $at)) (i32.const 0))
          (v128.const i32x4 0x9e3779b1 0x85ebca6b 0xc2b2ae35 0x27d4eb2f))))
    (loop $vectors
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $lanes
        (i32x4.add
          (v128.or
            (i32x4.shl (local.get $lanes) (i32.const 13))
            (i32x4.shr_u (local.get $lanes) (i32.const 19)))
          (i32x4.mul
            (v128.load (local.get $at))
            (v128.const i32x4 0x9e3779b1 0x85ebca6b 0xc2b2ae35 0x27d4eb2f))))
      (br_if $vectors (i32.lt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))))
    (local.set $lanes
      (i32x4.mul
        (v128.xor (local.get $lanes) (i32x4.shr_u (local.get $lanes) (i32.const 16)))
        (v128.const i32x4 0x9e3779b1 0x85ebca6b 0xc2b2ae35 0x27d4eb2f)))
    (i32.xor
      (i32.xor (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.xor (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes))))))
