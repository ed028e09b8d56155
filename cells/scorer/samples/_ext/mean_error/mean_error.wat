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

  ;; The mean of the absolute errors: n rows, k = 1 column, y and p point to n f64 each.
  (func (export "wnb_metric") (param $n i32) (param $k i32) (param $y i32) (param $p i32) (param $w i32) (result f64)
    (local $i i32) (local $sum f64)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $sum
          (f64.add (local.get $sum)
            (f64.abs (f64.sub (f64.load (local.get $y)) (f64.load (local.get $p))))))
        (local.set $y (i32.add (local.get $y) (i32.const 8)))
        (local.set $p (i32.add (local.get $p) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (f64.div (local.get $sum) (f64.convert_i32_u (local.get $n)))))
