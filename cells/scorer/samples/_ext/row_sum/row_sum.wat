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

  ;; n rows of d features at x, row after row; one f64 per row goes to out.
  (func (export "wnb_predict") (param $n i32) (param $d i32) (param $k i32) (param $x i32) (param $out i32)
    (local $j i32) (local $sum f64)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (f64.const 0))
        (local.set $j (local.get $d))
        (block $end
          (loop $feature
            (br_if $end (i32.eqz (local.get $j)))
            (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $x))))
            (local.set $x (i32.add (local.get $x) (i32.const 8)))
            (local.set $j (i32.sub (local.get $j) (i32.const 1)))
            (br $feature)))
        (f64.store (local.get $out) (local.get $sum))
        (local.set $out (i32.add (local.get $out) (i32.const 8)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $row)))))
