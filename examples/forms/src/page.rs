//! The pages, as HTML.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::form::Edit;

/// The form, filled in.
pub(crate) fn form(id: i32, edit: &Edit) -> String {
    page(&fields(id, edit.version, edit))
}

/// The form as it came, with what is wrong with it.
pub(crate) fn wrong(id: i32, edit: &Edit, wrong: &str) -> String {
    page(&format!("<p role=\"alert\">{}</p>{}", Text(wrong), fields(id, edit.version, edit)))
}

/// Theirs to read, and a form with mine, which saves on top of theirs.
pub(crate) fn conflict(id: i32, mine: &Edit, theirs: &Edit) -> String {
    page(&format!(
        "<p role=\"alert\">Somebody saved this article meanwhile. Nothing of yours is saved yet.</p>\
         <section id=\"theirs\"><h2>Theirs</h2><h3>{}</h3><p>{}</p></section>\
         <section id=\"mine\"><h2>Yours, to be saved on top</h2>{}</section>",
        Text(&theirs.title),
        Text(&theirs.body),
        fields(id, theirs.version, mine),
    ))
}

fn fields(id: i32, version: i32, edit: &Edit) -> String {
    format!(
        "<form method=\"post\" action=\"/articles/{id}\">\
         <input type=\"hidden\" name=\"version\" value=\"{version}\">\
         <p><input name=\"title\" value=\"{}\"></p><p><textarea name=\"body\">\n{}</textarea></p>\
         <p><button>Save</button></p></form>",
        Text(&edit.title),
        Text(&edit.body),
    )
}

fn page(content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Articles</title>{content}</html>"
    )
}

/// Text as HTML shows it, between tags and in quoted attributes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}
