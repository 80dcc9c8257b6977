//! What a failure leaves behind: nothing in the database, everything in memory.

#[doc(hidden)]
#[macro_export]
macro_rules! failure_behaviours {
    ($backend:ty, $harness:ty) => {
        mod failure {}
    };
}
