;; The guest of wasm_test.go: guest.wasm is this file by wat2wasm, without a
;; manifest, which the tests add. The parameter "which" says what it computes.
(module
  (import "wnb" "log" (func $log (param $level i32) (param $at i32) (param $len i32)))
  (func (export "wnb_abi_1"))
  (memory (export "memory") 1)
  (data (i32.const 16) "two rows more rows")

  ;; Memory is taken from address 1024 on and never given back.
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

  ;; The configuration is a JSON object whose last key is "which", a digit.
  (global $which (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))
  (func (export "wnb_configure") (param $at i32) (param $len i32)
    (global.set $length (local.get $len))
    (global.set $which
      (i32.sub (i32.load8_u (i32.sub (i32.add (local.get $at) (local.get $len)) (i32.const 2))) (i32.const 48))))

  ;; element i of the f64 at p
  (func $at (param $p i32) (param $i i32) (result f64)
    (f64.load (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3)))))

  (func $deep (param $x f64) (result f64)
    (f64.add (call $deep (f64.add (local.get $x) (f64.const 1))) (local.get $x)))

  (func (export "wnb_metric") (param $n i32) (param $k i32) (param $y i32) (param $p i32) (param $w i32) (result f64)
    (local $i i32) (local $c i32) (local $hits i32) (local $sum f64) (local $total f64) (local $d f64)
    ;; 2 never ends, 3 traps, 4 is not a number, 5 is the length of the
    ;; configuration, 6 calls itself without an end, 8 logs how many rows there are
    (if (i32.eq (global.get $which) (i32.const 2)) (then (loop $on (br $on))))
    (if (i32.eq (global.get $which) (i32.const 3)) (then (unreachable)))
    (if (i32.eq (global.get $which) (i32.const 4)) (then (return (f64.div (f64.const 0) (f64.const 0)))))
    (if (i32.eq (global.get $which) (i32.const 5)) (then (return (f64.convert_i32_u (global.get $length)))))
    (if (i32.eq (global.get $which) (i32.const 6)) (then (return (call $deep (f64.const 0)))))
    (if (i32.eq (global.get $which) (i32.const 8))
      (then
        (if (i32.eq (local.get $n) (i32.const 2))
          (then (call $log (i32.const 1) (i32.const 16) (i32.const 8)))
          (else (call $log (i32.const 1) (i32.const 25) (i32.const 9))))
        (return (f64.const 1))))
    (loop $row
      (if (i32.lt_u (local.get $i) (local.get $n))
        (then
          (if (i32.eqz (global.get $which)) ;; 0: the share of y that is p
            (then
              (local.set $hits (i32.add (local.get $hits)
                (f64.eq (call $at (local.get $y) (local.get $i)) (call $at (local.get $p) (local.get $i))))))
            (else (if (i32.eq (global.get $which) (i32.const 1))
              (then ;; 1: the Brier score of k classes, y being the index of one
                (local.set $c (i32.const 0))
                (loop $class
                  (local.set $d (f64.sub
                    (call $at (local.get $p) (i32.add (i32.mul (local.get $c) (local.get $n)) (local.get $i)))
                    (f64.convert_i32_u (f64.eq (call $at (local.get $y) (local.get $i)) (f64.convert_i32_u (local.get $c))))))
                  (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $d) (local.get $d))))
                  (local.set $c (i32.add (local.get $c) (i32.const 1)))
                  (br_if $class (i32.lt_u (local.get $c) (local.get $k)))))
              (else ;; 7: the mean of p, weighted if there are weights
                (local.set $d (f64.const 1))
                (if (local.get $w) (then (local.set $d (call $at (local.get $w) (local.get $i)))))
                (local.set $total (f64.add (local.get $total) (local.get $d)))
                (local.set $sum (f64.add (local.get $sum)
                  (f64.mul (local.get $d) (call $at (local.get $p) (local.get $i)))))))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $row))))
    (if (i32.eqz (global.get $which))
      (then (return (f64.div (f64.convert_i32_u (local.get $hits)) (f64.convert_i32_u (local.get $n))))))
    (if (i32.eq (global.get $which) (i32.const 1))
      (then (return (f64.div (local.get $sum) (f64.convert_i32_u (local.get $n))))))
    (f64.div (local.get $sum) (local.get $total)))

  ;; Output c of a row is the sum of (j + 1) times feature j, plus c.
  (func (export "wnb_predict") (param $n i32) (param $d i32) (param $k i32) (param $x i32) (param $out i32)
    (local $i i32) (local $j i32) (local $c i32) (local $sum f64)
    (loop $output
      (if (i32.lt_u (local.get $c) (local.get $k))
        (then
          (local.set $i (i32.const 0))
          (loop $row
            (if (i32.lt_u (local.get $i) (local.get $n))
              (then
                (local.set $sum (f64.convert_i32_u (local.get $c)))
                (local.set $j (i32.const 0))
                (loop $feature
                  (local.set $sum (f64.add (local.get $sum) (f64.mul
                    (f64.convert_i32_u (i32.add (local.get $j) (i32.const 1)))
                    (call $at (local.get $x) (i32.add (i32.mul (local.get $j) (local.get $n)) (local.get $i))))))
                  (local.set $j (i32.add (local.get $j) (i32.const 1)))
                  (br_if $feature (i32.lt_u (local.get $j) (local.get $d))))
                (f64.store
                  (i32.add (local.get $out) (i32.shl (i32.add (i32.mul (local.get $c) (local.get $n)) (local.get $i)) (i32.const 3)))
                  (local.get $sum))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $row))))
          (local.set $c (i32.add (local.get $c) (i32.const 1)))
          (br $output)))))

  ;; The document as it is.
  (func (export "wnb_transform") (param $at i32) (param $len i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))))
