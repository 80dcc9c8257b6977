//! What customers buy.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::work::Work;
use crate::orders::{self, InvoiceShown, Order};
use crate::refused::Refused;

/// `POST /customers/{id}/invoices`
pub(crate) async fn post(
    work: Work,
    Path(customer): Path<i32>,
    Json(order): Json<Order>,
) -> Result<Response, Refused> {
    let placed = work.write_anew(move |tx| {
        let invoice = orders::place(tx, customer, &order)?;
        tx.flush()?;
        let invoice = tx.promote(&invoice)?;
        let id = tx[&invoice].id;
        orders::invoice(tx, id)
    });
    let invoice = placed.await?;
    let location = [(LOCATION, format!("/invoices/{}", invoice.id))];
    Ok((StatusCode::CREATED, location, Json(invoice)).into_response())
}

/// `GET /invoices/{id}`
pub(crate) async fn show(work: Work, Path(id): Path<i32>) -> Result<Json<InvoiceShown>, Refused> {
    work.read(move |session| orders::invoice(session, id)).await.map(Json)
}

/// `DELETE /invoices/{id}`
pub(crate) async fn delete(work: Work, Path(id): Path<i32>) -> Result<StatusCode, Refused> {
    work.write_anew(move |tx| orders::cancel(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
