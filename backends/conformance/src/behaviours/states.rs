//! The states of an entity and its transitions.

#[doc(hidden)]
#[macro_export]
macro_rules! states_behaviours {
    ($backend:ty, $harness:ty) => {
        mod states {}
    };
}
