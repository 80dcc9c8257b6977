//! In which order a flush writes rows.

#[doc(hidden)]
#[macro_export]
macro_rules! order_behaviours {
    ($backend:ty, $harness:ty) => {
        mod order {}
    };
}
