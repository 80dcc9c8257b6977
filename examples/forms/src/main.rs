//! Serves the articles of a SQLite file on this machine.
//!
//! ```sh
//! cargo run -p forms                  # in memory, with one article
//! cargo run -p forms -- articles.db
//! ```

use std::error::Error;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = std::env::args().nth(1).unwrap_or_else(|| ":memory:".into());
    let orm = forms::open(file)?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}/articles/1/edit", listener.local_addr()?);
    axum::serve(listener, forms::router(orm)).await?;
    Ok(())
}
