;; What the rings do with every frame, in WebAssembly: JavaScript looks at each word's bounds, and calls a function for each
;; Atomics.load and Atomics.store. tools/write-frames-code.mjs makes frames-code.ts of this. Words are numbered as in an
;; Int32Array over the whole memory; layout.ts tells what they mean.
;;
;; The checksum has four lanes. Each is a seed and the frame's words that are the lane's number modulo four:
;;
;;     lane = rotate(lane, 13) + word * odd              for each word
;;     lane = (lane xor (lane >>> 16)) * odd             in the end; the sum is the xor of all four
;;
;; Each step can be undone for a given word, so that a change of any one word always changes the sum. The multipliers of
;; the lanes differ and steps have an order: words that changed places are noticed. The end spreads a change near the top
;; of a lane over the others' bits: changes of two words do not cancel each other for being in the right places. The words
;; go by fours, also over what stands behind the payload: a frame owns its granules. The word that holds the sum counts
;; as 0. It guards against torn and lost writes, not against intent.
;;
;; Readers on processors that have vectors take the checksum of vectors.wat, which is the same.
(module
  (import "shared" "memory" (memory 1 65536 shared))

  ;; (word) -> what stands there; everything that was stored before it can be seen after this
  (func (export "load") (param $word i32) (result i32)
    (i32.atomic.load (i32.shl (local.get $word) (i32.const 2))))

  ;; (word, value): who loads it finds everything that was stored before
  (func (export "store") (param $word i32) (param $value i32)
    (i32.atomic.store (i32.shl (local.get $word) (i32.const 2)) (local.get $value)))

  ;; (frame, word0, sequence, ends and epoch, stamp): writes the header of a frame whose payload is there, with the checksum
  (func (export "seal")
    (param $frame i32) (param $word0 i32) (param $sequence i32) (param $endsEpoch i32) (param $stamp f64)
    (local $at i32)
    (local.set $at (i32.shl (local.get $frame) (i32.const 2)))
    (i32.store offset=0 (local.get $at) (local.get $word0))
    (i32.store offset=4 (local.get $at) (local.get $sequence))
    (i32.store offset=8 (local.get $at) (local.get $endsEpoch))
    (f64.store offset=16 (local.get $at) (local.get $stamp))
    (i32.store offset=12 (local.get $at)
      (call $checksum (local.get $frame) (i32.and (local.get $word0) (i32.const 0xffffff)))))

  ;; (frame, bytes) -> the checksum of the frame that begins there and is so long: 17 bytes at least, with its header
  (func $checksum (export "checksum") (param $frame i32) (param $bytes i32) (result i32)
    (local $at i32) (local $end i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local.set $at (i32.shl (local.get $frame) (i32.const 2)))
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (local.set $a (i32.add (i32.const 0x243f6a88) (i32.mul (i32.load offset=0 (local.get $at)) (i32.const 0x9e3779b1))))
    (local.set $b (i32.add (i32.const 0x13198a2e) (i32.mul (i32.load offset=4 (local.get $at)) (i32.const 0x85ebca6b))))
    (local.set $c (i32.add (i32.const 0x2b7e1516) (i32.mul (i32.load offset=8 (local.get $at)) (i32.const 0xc2b2ae35))))
    (local.set $d (i32.const 0x452821e6))
    (loop $fours
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $a (i32.add (i32.rotl (local.get $a) (i32.const 13))
        (i32.mul (i32.load offset=0 (local.get $at)) (i32.const 0x9e3779b1))))
      (local.set $b (i32.add (i32.rotl (local.get $b) (i32.const 13))
        (i32.mul (i32.load offset=4 (local.get $at)) (i32.const 0x85ebca6b))))
      (local.set $c (i32.add (i32.rotl (local.get $c) (i32.const 13))
        (i32.mul (i32.load offset=8 (local.get $at)) (i32.const 0xc2b2ae35))))
      (local.set $d (i32.add (i32.rotl (local.get $d) (i32.const 13))
        (i32.mul (i32.load offset=12 (local.get $at)) (i32.const 0x27d4eb2f))))
      (br_if $fours (i32.lt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))))
    (local.set $a (i32.mul (i32.xor (local.get $a) (i32.shr_u (local.get $a) (i32.const 16))) (i32.const 0x9e3779b1)))
    (local.set $b (i32.mul (i32.xor (local.get $b) (i32.shr_u (local.get $b) (i32.const 16))) (i32.const 0x85ebca6b)))
    (local.set $c (i32.mul (i32.xor (local.get $c) (i32.shr_u (local.get $c) (i32.const 16))) (i32.const 0xc2b2ae35)))
    (local.set $d (i32.mul (i32.xor (local.get $d) (i32.shr_u (local.get $d) (i32.const 16))) (i32.const 0x27d4eb2f)))
    (i32.xor (i32.xor (local.get $a) (local.get $b)) (i32.xor (local.get $c) (local.get $d)))))
