//! Frames of the model: copied at their start, put back whole, or settled.

use super::model::{ALL, Frame, FrameKind, Model, State};

impl Model {
    pub(crate) fn open(&mut self, kind: FrameKind) {
        let objects = self.objects.clone();
        self.frames.push(Frame { kind, start: objects.len(), rows: self.rows.clone(), objects });
        for object in &mut self.objects {
            if object.state == State::Stored {
                // Inside, what waits outside is part of the value.
                object.base = object.value.clone();
                object.link = None;
            }
            (object.written, object.known) = (0, 0);
        }
    }

    /// The innermost frame ended well; its flush, if it has one, went through.
    pub(crate) fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.kind == FrameKind::Scope {
            self.objects.truncate(frame.start);
        }
        for (object, before) in self.objects.iter_mut().zip(&frame.objects) {
            if object.state == State::Stored && before.state == State::Stored {
                let mut base = before.base.clone();
                base.copy(&object.value, object.known);
                object.base = base;
                object.link = before.link;
            }
            object.written |= before.written;
            object.known |= before.known;
        }
        for object in self.objects.iter_mut().skip(frame.start) {
            (object.written, object.known) = (0, 0);
            if object.state != State::Stored {
                object.state = State::Lost;
            }
        }
    }

    /// The innermost frame is undone: a transaction in the database as well, a scope in memory alone.
    pub(crate) fn undo(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let inside = std::mem::replace(&mut self.objects, frame.objects);
        if frame.kind == FrameKind::Transaction {
            self.rows = frame.rows;
            return;
        }
        for (object, inside) in self.objects.iter_mut().zip(inside) {
            if inside.state == State::Deleted && object.state != State::Deleted {
                *object = inside;
                (object.written, object.known) = (ALL, ALL);
            } else if inside.written != 0 {
                object.value.copy(&inside.base, inside.written);
                object.base.copy(&inside.base, inside.written);
                object.written |= inside.written;
                object.known |= inside.written;
            }
        }
    }
}
