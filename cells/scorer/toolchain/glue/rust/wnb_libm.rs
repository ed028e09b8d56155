// exp and log as the C guests have them (see c/libm.c), in place of those of the
// standard library, which take about twice the time.

const LN2_HI: f64 = 6.93147180369123816490e-01;
const LN2_LO: f64 = 1.90821492927058770002e-10;

fn scale(x: f64, k: i32) -> f64 {
    let power = |k: i32| f64::from_bits(((k + 1023) as u64) << 52);
    match k {
        1024.. => x * power(1023) * power(k - 1023),
        -1022.. => x * power(k),
        // one rounding only: x is at least 1/2
        _ => x * power(k + 200) * power(-200),
    }
}

#[no_mangle]
pub extern "C" fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.782712893383973096 {
        return f64::INFINITY;
    }
    if x < -745.133219101941108420 {
        return 0.0;
    }
    let k = nearest(x * 1.44269504088896338700);
    let (hi, lo) = (x - k * LN2_HI, k * LN2_LO);
    let r = hi - lo;
    let t = r * r;
    let c = r - t
        * (1.66666666666666019037e-01
            + t * (-2.77777777770155933842e-03
                + t * (6.61375632143793436117e-05
                    + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    scale(1.0 + (r * c / (2.0 - c) - lo + hi), k as i32)
}

/// x, which is far below 2^51, as an integer.
fn nearest(x: f64) -> f64 {
    const SHIFT: f64 = 6755399441055744.0; // 1.5 2^52
    (x + SHIFT) - SHIFT
}

#[no_mangle]
pub extern "C" fn log(x: f64) -> f64 {
    if !(x > 0.0 && x < f64::INFINITY) {
        return if x == 0.0 { f64::NEG_INFINITY } else if x > 0.0 { x } else { f64::NAN };
    }
    // m in [sqrt(1/2), sqrt(2)) and x = m 2^k
    let (x, small) = if x < f64::MIN_POSITIVE { (x * 18014398509481984.0, -54) } else { (x, 0) };
    let i = x.to_bits().wrapping_sub(0x3fe6a09e667f3bcd);
    let k = (small + ((i as i64) >> 52) as i32) as f64;
    let m = f64::from_bits((i & 0xfffffffffffff) + 0x3fe6a09e667f3bcd);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let (z, half) = (s * s, 0.5 * f * f);
    let w = z * z;
    let even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    let odd = z
        * (6.666666666666735130e-01
            + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    s * (half + even + odd) + k * LN2_LO - half + f + k * LN2_HI
}
