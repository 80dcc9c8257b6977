//! Versions, vanished rows and locks.

#[doc(hidden)]
#[macro_export]
macro_rules! locking_behaviours {
    ($backend:ty, $harness:ty) => {
        mod locking {}
    };
}
