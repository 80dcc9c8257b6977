//! What one client is answered.

use serde_json::json;

use crate::site::{Site, order};

#[test]
fn tracks_are_found_by_name_a_page_at_a_time() {
    let shop = Site::open("tracks").client;
    let all = shop.get("/tracks").json();
    assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&json!(10), 10));
    let page = shop.get("/tracks?name=rock&page=1&size=1").json();
    assert_eq!(page["total"], 1);
    assert_eq!(page["items"][0]["name"], "For Those About To Rock (We Salute You)");
    let names = |query: &str| -> Vec<String> {
        let page = shop.get(query).json();
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|track| track["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("/tracks?size=2"), ["Balls to the Wall", "Dog Eat Dog"]);
    assert_eq!(
        names("/tracks?size=2&page=2"),
        ["Fast As a Shark", "For Those About To Rock (We Salute You)"]
    );
    assert!(names("/tracks?page=4294967295&size=100").is_empty());
    assert!(names("/tracks?name=%25").is_empty()); // a percent sign is one
    for wrong in ["/tracks?page=0", "/tracks?size=0", "/tracks?size=101"] {
        assert_eq!(shop.get(wrong).status, 422, "{wrong}");
    }
    assert_eq!(shop.get("/tracks?page=first").status, 400);
}

#[test]
fn an_artist_comes_with_albums_and_tracks() {
    let shop = Site::open("artist").client;
    let accept = shop.get("/artists/2").json();
    assert_eq!(accept["name"], "Accept");
    let albums = accept["albums"].as_array().unwrap();
    let counts: Vec<_> = albums
        .iter()
        .map(|album| (album["title"].as_str().unwrap(), album["tracks"].as_array().unwrap().len()))
        .collect();
    assert_eq!(counts, [("Balls to the Wall", 1), ("Restless and Wild", 3)]);
    assert_eq!(shop.get("/artists/9").status, 404);
    assert_eq!(shop.get("/artists/Accept").status, 400);
}

#[test]
fn an_album_is_saved_by_who_saw_it_as_it_is() {
    let shop = Site::open("album").client;
    let album = shop.get("/albums/2");
    assert_eq!((album.status, album.tag.as_deref()), (200, Some("\"1\"")));
    assert_eq!(album.json()["artist"], "Accept");
    let unchanged = shop.get_unless("/albums/2", "W/\"1\"");
    assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));

    let title = |title: &str| json!({ "title": title });
    let saved = shop.put("/albums/2", album.tag.as_deref(), &title("Balls"));
    assert_eq!((saved.status, saved.tag.as_deref()), (200, Some("\"2\"")));
    assert_eq!(saved.json()["title"], "Balls");
    assert_eq!(shop.get_unless("/albums/2", "\"1\"").status, 200);

    let stale = shop.put("/albums/2", album.tag.as_deref(), &title("Walls"));
    assert_eq!(stale.status, 409);
    assert_eq!(shop.put("/albums/2", None, &title("Walls")).status, 428);
    assert_eq!(shop.put("/albums/2", Some("two"), &title("Walls")).status, 400);
    let empty = shop.put("/albums/2", Some("\"2\""), &title(" "));
    assert_eq!((empty.status, empty.json()), (422, json!([{ "field": "title", "problem": "is needed" }])));
    assert_eq!(shop.put("/albums/2", Some("\"2\""), &title(&"x".repeat(161))).status, 422);
    assert_eq!(shop.put("/albums/9", Some("\"1\""), &title("Walls")).status, 404);
    assert_eq!(shop.get("/albums/2").json()["title"], "Balls");

    let forced = shop.put("/albums/2", Some("*"), &title("Walls"));
    assert_eq!((forced.status, forced.tag.as_deref()), (200, Some("\"3\"")));
}

#[test]
fn an_order_is_an_invoice_and_leaves_the_stock() {
    let site = Site::open("order");
    let placed = site.client.order(2, &[(1, 2), (23, 1)]);
    assert_eq!((placed.status, placed.location.as_deref()), (201, Some("/invoices/1")));
    let invoice = json!({
        "id": 1,
        "customer": { "id": 2, "name": "Leonie Köhler" },
        "total_cents": 2 * 99 + 129,
        "lines": [
            { "track": 1, "name": "For Those About To Rock (We Salute You)", "quantity": 2, "unit_price_cents": 99 },
            { "track": 23, "name": "Walk On Water", "quantity": 1, "unit_price_cents": 129 },
        ],
    });
    assert_eq!(placed.json(), invoice);
    assert_eq!(site.client.get("/invoices/1").json(), invoice);
    assert_eq!(site.database.number("SELECT stock FROM tracks WHERE id = 1"), 998);

    assert_eq!(site.client.delete("/invoices/1").status, 204);
    assert_eq!(site.client.get("/invoices/1").status, 404);
    assert_eq!(site.client.delete("/invoices/1").status, 404);
    assert_eq!(site.database.number("SELECT stock FROM tracks WHERE id = 1"), 1000);
    assert_eq!(site.database.number("SELECT count(*) FROM invoice_lines"), 0);
}

#[test]
fn an_order_that_breaks_a_rule_does_nothing() {
    let site = Site::open("rules");
    let shop = &site.client;
    let refused = |lines: &[(i32, i32)]| {
        let answer = shop.order(1, lines);
        assert_eq!(answer.status, 422, "{lines:?}");
        let problems = answer.json();
        let problems = problems.as_array().unwrap();
        let of = |problem: &serde_json::Value| {
            format!("{} {}", problem["field"].as_str().unwrap(), problem["problem"].as_str().unwrap())
        };
        problems.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(refused(&[]), ["lines are needed"]);
    assert_eq!(
        refused(&[(1, 0), (1, 101)]),
        [
            "lines[0].quantity is from 1 to 100",
            "lines[1].quantity is from 1 to 100",
            "lines[1].track is ordered twice",
        ]
    );
    assert_eq!(
        refused(&[(1, 1), (99, 1), (24, 4)]),
        ["lines[1].track is not in the catalogue", "lines[2].quantity is more than there are",]
    );
    assert_eq!(refused(&(1..=101).map(|track| (track, 1)).collect::<Vec<_>>()), ["lines are at most 100"]);
    site.database.execute("UPDATE tracks SET price_cents = 149 WHERE id = 2");
    assert_eq!(refused(&[(1, 1), (2, 1)]), ["lines[1].unit_price_cents has changed"]);
    site.database.execute("UPDATE tracks SET price_cents = 2147483647 WHERE id = 2");
    let dear = json!({ "lines": [{ "track": 2, "quantity": 2, "unit_price_cents": i32::MAX }] });
    assert_eq!(shop.post("/customers/1/invoices", &dear).status, 422);

    assert_eq!(shop.post("/customers/3/invoices", &order(&[(1, 1)])).status, 404);
    assert_eq!(shop.post("/customers/1/invoices", &json!({ "lines": [{ "track": 1 }] })).status, 422);
    assert_eq!(shop.post("/customers/1/invoices", &json!("lines")).status, 422);
    assert_eq!(site.database.number("SELECT count(*) FROM invoices"), 0);
    assert_eq!(site.database.number("SELECT sum(stock) FROM tracks"), 9003);
    // The last three of a track are for whoever is first.
    assert_eq!((shop.order(1, &[(24, 3)]).status, shop.order(2, &[(24, 1)]).status), (201, 422));
}
