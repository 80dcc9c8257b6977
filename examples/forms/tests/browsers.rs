//! Browsers that edit the same article, over HTTP.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::sync::Barrier;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The application on a port of its own, with a file of its own that has one article.
struct Site {
    address: String,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The version that the form has in its hidden field.
    fn version(&self) -> i32 {
        let field = self.body.split("name=\"version\" value=\"").nth(1).unwrap();
        field.split('"').next().unwrap().parse().unwrap()
    }
}

impl Site {
    fn open(name: &str) -> Self {
        let file = format!("{}/{name}.sqlite", env!("CARGO_TARGET_TMPDIR"));
        for leftover in [file.clone(), format!("{file}-wal"), format!("{file}-shm")] {
            if Path::new(&leftover).exists() {
                std::fs::remove_file(leftover).unwrap();
            }
        }
        let router = forms::router(forms::open(file).unwrap());
        let (sender, address) = mpsc::channel();
        thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { address: format!("http://{}", address.recv().unwrap()) }
    }

    fn get(&self, path: &str) -> Answer {
        answer(agent().get(format!("{}{path}", self.address)).call())
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        answer(agent().post(format!("{}{path}", self.address)).send_form(fields.iter().copied()))
    }

    fn put(&self, path: &str, json: &Value) -> Answer {
        answer(agent().put(format!("{}{path}", self.address)).send_json(json))
    }

    /// Saves the form as somebody who saw that version would.
    fn save(&self, version: i32, title: &str, body: &str) -> Answer {
        self.post("/articles/1", &[("version", &version.to_string()), ("title", title), ("body", body)])
    }

    /// The row as it is now.
    fn row(&self) -> Value {
        self.get("/articles/1").json()["snapshot"].clone()
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    Answer {
        status: response.status().as_u16(),
        location: response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()),
        body: response.body_mut().read_to_string().unwrap(),
    }
}

#[test]
fn a_form_is_shown_filled_in_and_saved() {
    let site = Site::open("saved");
    let form = site.get("/articles/1/edit");
    assert_eq!((form.status, form.version()), (200, 1));
    assert!(form.body.contains("value=\"On forms\""), "{}", form.body);

    let saved = site.save(form.version(), "On <forms> & \"fields\"", "Two\r\nlines");
    assert_eq!((saved.status, saved.location.as_deref()), (303, Some("/articles/1/edit")));
    let row = json!({
        "id": 1, "author": "Ada", "title": "On <forms> & \"fields\"", "body": "Two\nlines", "version": 2
    });
    assert_eq!(site.row(), row);
    let form = site.get("/articles/1/edit");
    assert_eq!(form.version(), 2);
    assert!(form.body.contains("value=\"On &lt;forms&gt; &amp; &quot;fields&quot;\""), "{}", form.body);
}

#[test]
fn the_second_of_two_browsers_sees_both_and_saves_on_top() {
    let site = Site::open("two");
    let (first, second) = (site.get("/articles/1/edit"), site.get("/articles/1/edit"));
    assert_eq!(site.save(first.version(), "Theirs", "their text").status, 303);

    let conflict = site.save(second.version(), "Mine", "</textarea>my text");
    assert_eq!(conflict.status, 409);
    let (theirs, mine) = conflict.body.split_once("id=\"mine\"").unwrap();
    assert!(theirs.contains("<h3>Theirs</h3><p>their text</p>"), "{theirs}");
    assert!(
        mine.contains("value=\"Mine\"") && mine.contains("\n&lt;/textarea&gt;my text</textarea>"),
        "{mine}"
    );
    assert_eq!(site.row()["title"], "Theirs"); // nothing is lost of either

    assert_eq!(conflict.version(), 2);
    assert_eq!(site.save(conflict.version(), "Mine", "my text").status, 303);
    assert_eq!((&site.row()["title"], &site.row()["version"]), (&json!("Mine"), &json!(3)));
}

#[test]
fn of_many_browsers_that_save_at_once_one_does() {
    let site = Site::open("many");
    let together = Barrier::new(8);
    let statuses: Vec<(u16, String)> = thread::scope(|scope| {
        let browsers: Vec<_> = (0..8)
            .map(|browser| {
                let (site, together) = (&site, &together);
                scope.spawn(move || {
                    together.wait();
                    let title = format!("Browser {browser}");
                    (site.save(1, &title, "text").status, title)
                })
            })
            .collect();
        browsers.into_iter().map(|browser| browser.join().unwrap()).collect()
    });
    let saved: Vec<_> = statuses.iter().filter(|(status, _)| *status == 303).collect();
    let [(_, title)] = saved[..] else { panic!("{statuses:?}") };
    assert_eq!(statuses.iter().filter(|(status, _)| *status == 409).count(), 7, "{statuses:?}");
    assert_eq!((&site.row()["title"], &site.row()["version"]), (&json!(title), &json!(2)));
}

#[test]
fn what_cannot_be_saved_is_refused() {
    let site = Site::open("refused");
    let empty = site.save(1, "  ", "a long text that must not be lost");
    assert_eq!((empty.status, empty.version()), (422, 1));
    assert!(
        empty.body.contains("needs a title") && empty.body.contains("must not be lost"),
        "{}",
        empty.body
    );
    assert_eq!(site.save(1, &"x".repeat(101), "").status, 422);
    assert_eq!(site.post("/articles/1", &[("version", "first"), ("title", "t"), ("body", "b")]).status, 422);
    assert_eq!(site.post("/articles/1", &[("title", "t"), ("body", "b")]).status, 422);
    assert_eq!(site.row()["version"], 1);
}

#[test]
fn an_article_that_is_not_there_is_404() {
    let site = Site::open("nothing");
    assert_eq!(site.get("/articles/2/edit").status, 404);
    assert_eq!(site.get("/articles/2").status, 404);
    assert_eq!(site.post("/articles/2", &[("version", "1"), ("title", "t"), ("body", "b")]).status, 404);
    let mut article = site.get("/articles/1").json();
    for side in ["value", "snapshot"] {
        article[side]["id"] = json!(2);
    }
    assert_eq!(site.put("/articles/2", &article).status, 404);
}

#[test]
fn an_edited_article_is_merged_and_can_be_edited_on() {
    let site = Site::open("merged");
    let mut article = site.get("/articles/1").json();
    article["value"]["title"] = json!("Edited");
    let saved = site.put("/articles/1", &article);
    assert_eq!((saved.status, &saved.json()["value"]["version"]), (200, &json!(2)));
    let mut article = saved.json();
    article["value"]["body"] = json!("Edited again");
    assert_eq!(site.put("/articles/1", &article).status, 200);
    let row = site.row();
    assert_eq!(
        (&row["title"], &row["body"], &row["version"]),
        (&json!("Edited"), &json!("Edited again"), &json!(3))
    );
}

#[test]
fn the_edits_of_two_editors_both_survive() {
    let site = Site::open("both");
    let (mut first, mut second) = (site.get("/articles/1").json(), site.get("/articles/1").json());
    first["value"]["title"] = json!("The first's title");
    second["value"]["body"] = json!("The second's text");
    assert_eq!(site.put("/articles/1", &first).status, 200);

    // The version has moved on. The answer is the article as the first one left it, with its snapshot.
    let conflict = site.put("/articles/1", &second);
    assert_eq!(conflict.status, 409);
    let mut theirs = conflict.json();
    assert_eq!(theirs["value"]["title"], "The first's title");
    theirs["value"]["body"] = second["value"]["body"].clone();
    assert_eq!(site.put("/articles/1", &theirs).status, 200);
    let row = site.row();
    assert_eq!((&row["title"], &row["body"]), (&json!("The first's title"), &json!("The second's text")));
}

#[test]
fn what_was_forged_is_refused_or_not_written() {
    let site = Site::open("forged");
    let article = site.get("/articles/1").json();
    let forged = |edits: &[(&str, &str, Value)]| {
        let mut article = article.clone();
        article["value"]["title"] = json!("Forged");
        for (side, column, value) in edits {
            article[side][column] = value.clone();
        }
        site.put("/articles/1", &article)
    };
    for side in ["value", "snapshot"] {
        assert_eq!(forged(&[(side, "id", json!(2))]).status, 422, "a key of the {side}");
        assert_eq!(forged(&[(side, "version", json!(7))]).status, 422, "a version of the {side}");
    }
    assert_eq!(forged(&[("value", "id", json!(2)), ("snapshot", "id", json!(2))]).status, 422);
    assert_eq!(forged(&[("value", "author", json!("Eve"))]).body, "author cannot be edited");
    assert_eq!(forged(&[("value", "title", json!(""))]).status, 422);
    let ahead = [("value", "version", json!(7)), ("snapshot", "version", json!(7))];
    assert_eq!(forged(&ahead).status, 409);
    assert_eq!(site.put("/articles/1", &json!({ "value": article["value"] })).status, 422);
    assert_eq!(site.row(), article["value"]);

    // Eve says that she always has been the author: the title is hers to edit, and the author stays who it is.
    let both = [("value", "author", json!("Eve")), ("snapshot", "author", json!("Eve"))];
    assert_eq!(forged(&both).status, 200);
    assert_eq!((&site.row()["title"], &site.row()["author"]), (&json!("Forged"), &json!("Ada")));
}
