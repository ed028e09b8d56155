(module
  (func (export "wnb_abi_1"))

  ;; Memory is taken from address 1024 on and never given back.
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))
  (func (export "wnb_alloc") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $top))
    (global.set $top
      (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
      (then
        (if (i32.eq (i32.const -1)
              (memory.grow (i32.add (i32.const 1)
                (i32.sub (i32.shr_u (global.get $top) (i32.const 16)) (memory.size)))))
          (then (return (i32.const 0))))))
    (local.get $at))

  ;; A document of n bytes at p; the result is its address in the upper half and
  ;; its length in the lower one.
  (func (export "wnb_transform") (param $p i32) (param $n i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $p)) (i64.const 32)) (i64.extend_i32_u (local.get $n)))))
