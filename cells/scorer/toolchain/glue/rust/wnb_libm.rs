// exp and log as the C guests have them (see c/libm.c), in place of those of the
// standard library, which take about twice the time.

const LN2_HI: f64 = 6.93147180369123816490e-01;
const LN2_LO: f64 = 1.90821492927058770002e-10;

const SHIFT: f64 = 6755399441055744.0; // 1.5 2^52: adding it rounds what is far below 2^51 to an integer

#[no_mangle]
pub extern "C" fn exp(x: f64) -> f64 {
    if !(x.abs() < 708.0) {
        return exp_far(x);
    }
    let shifted = x * 1.44269504088896338700 + SHIFT; // k is in its lowest bits
    reduced(x, shifted - SHIFT) * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// e^x 2^-k, for the integer k that is nearest to x/ln 2.
#[inline(always)]
fn reduced(x: f64, k: f64) -> f64 {
    let (hi, lo) = (x - k * LN2_HI, k * LN2_LO);
    let r = hi - lo;
    let t = r * r;
    let c = r - t
        * (1.66666666666666019037e-01
            + t * (-2.77777777770155933842e-03
                + t * (6.61375632143793436117e-05
                    + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    1.0 + (r * c / (2.0 - c) - lo + hi)
}

/// e^x where it is about to leave what numbers can say.
#[cold]
fn exp_far(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.782712893383973096 {
        return f64::INFINITY;
    }
    if x < -745.133219101941108420 {
        return 0.0;
    }
    let power = |k: i32| f64::from_bits(((k + 1023) as u64) << 52);
    let k = x * 1.44269504088896338700 + SHIFT - SHIFT;
    let y = reduced(x, k);
    match k as i32 {
        k if k > 0 => y * power(k - 1) * 2.0,
        k => y * power(k + 200) * power(-200), // one rounding only: y is at least 1/2
    }
}

#[no_mangle]
pub extern "C" fn log(x: f64) -> f64 {
    if x.to_bits().wrapping_sub(1 << 52) >= 0x7ff0000000000000 - (1 << 52) {
        return log_far(x);
    }
    log_scaled(x, 0)
}

/// ln x for what is not a positive, normal number.
#[cold]
fn log_far(x: f64) -> f64 {
    match x {
        x if x == 0.0 => f64::NEG_INFINITY,
        x if x > 0.0 && x < f64::INFINITY => log_scaled(x * 18014398509481984.0, -54),
        x if x > 0.0 => x,
        _ => f64::NAN,
    }
}

/// ln(x 2^small), for a normal number.
#[inline(always)]
fn log_scaled(x: f64, small: i32) -> f64 {
    // m in [sqrt(1/2), sqrt(2)) and x = m 2^k
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
