//! A rule that the pool broke, as a sentence for the one who reads the log of the test.

pub type Outcome<T> = Result<T, String>;

/// Ends the function with a sentence where the condition does not hold.
macro_rules! ensure {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err(format!($($words)+).into());
        }
    };
}

pub(crate) use ensure;
