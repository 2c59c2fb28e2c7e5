;; The checksum of frames.wat once more, four lanes at once, for readers on processors that can: what they sum up was stored
;; long ago, by somebody else. (A writer would wait: no processor puts a vector together from words whose stores are still
;; under way.)
(module
  (import "shared" "memory" (memory 1 65536 shared))

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
    (loop $fours
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $lanes
        (i32x4.add
          (v128.or (i32x4.shl (local.get $lanes) (i32.const 13)) (i32x4.shr_u (local.get $lanes) (i32.const 19)))
          (i32x4.mul
            (v128.load (local.get $at))
            (v128.const i32x4 0x9e3779b1 0x85ebca6b 0xc2b2ae35 0x27d4eb2f))))
      (br_if $fours (i32.lt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))))
    (local.set $lanes
      (i32x4.mul
        (v128.xor (local.get $lanes) (i32x4.shr_u (local.get $lanes) (i32.const 16)))
        (v128.const i32x4 0x9e3779b1 0x85ebca6b 0xc2b2ae35 0x27d4eb2f)))
    (i32.xor
      (i32.xor (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.xor (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes))))))
