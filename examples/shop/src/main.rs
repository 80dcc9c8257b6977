//! Serves the shop of a SQLite file on this machine, until Ctrl-C.
//!
//! ```sh
//! cargo run -p shop                             # in memory, with a few tracks
//! cargo run -p shop -- shop.db 127.0.0.1:8080
//! curl -i http://127.0.0.1:3000/albums/1
//! curl -i -X PUT -H 'If-Match: "1"' --json '{"title": "For Those About To Rock"}' http://127.0.0.1:3000/albums/1
//! curl -i --json '{"lines": [{"track": 1, "quantity": 2, "unit_price_cents": 99}]}' \
//!     http://127.0.0.1:3000/customers/1/invoices
//! ```

use std::error::Error;

use music_shop::Patience;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| ":memory:".into());
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3000".into());
    let orm = music_shop::open(file, Patience::default())?;
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/tracks", listener.local_addr()?);
    music_shop::serve(listener, orm, asked_to_stop()).await?;
    println!("all requests are answered");
    Ok(())
}

/// Ctrl-C, or what a supervisor sends.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            let _ = interrupted.await;
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
