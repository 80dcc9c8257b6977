//! A row that can be handed out twice.

use std::ops::Range;
use std::rc::Rc;

use diesel::backend::Backend;
use diesel::row::{PartialRow, Row, RowIndex, RowSealed};

/// A row that can be handed out twice: Diesel's own cannot be cloned.
#[derive(Debug)]
pub struct SharedRow<R>(Rc<R>);

impl<R> SharedRow<R> {
    pub(super) fn new(row: R) -> Self {
        Self(Rc::new(row))
    }
}

impl<R> Clone for SharedRow<R> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<R> RowSealed for SharedRow<R> {}

impl<R: RowIndex<I>, I> RowIndex<I> for SharedRow<R> {
    fn idx(&self, index: I) -> Option<usize> {
        self.0.idx(index)
    }
}

impl<'a, DB: Backend, R: Row<'a, DB>> Row<'a, DB> for SharedRow<R> {
    type Field<'f>
        = R::Field<'f>
    where
        'a: 'f,
        Self: 'f;
    type InnerPartialRow = R::InnerPartialRow;

    fn field_count(&self) -> usize {
        self.0.field_count()
    }

    fn get<'b, I>(&'b self, index: I) -> Option<Self::Field<'b>>
    where
        'a: 'b,
        Self: RowIndex<I>,
    {
        // By number: that the inner row has this kind of index cannot be said here.
        self.0.get(self.idx(index)?)
    }

    fn partial_row(&self, range: Range<usize>) -> PartialRow<'_, Self::InnerPartialRow> {
        self.0.partial_row(range)
    }
}
