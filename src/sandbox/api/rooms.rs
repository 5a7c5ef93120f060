//! Cold rooms and what their sensors measured. The same question at the same time has the same answer.

use super::admit;
use crate::clock::rfc3339;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::Fields;
use crate::sandbox::site::{Site, seconds};
use http::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// Name, where it stands, and the tenths of a degree that it keeps.
const ROOMS: [(&str, &str, i64); 3] =
    [("cold-room-1", "Hamburg, hall 2", 40), ("cold-room-2", "Hamburg, hall 3", -180), ("reefer-7", "On the road", 25)];
/// A sensor measures this often, in seconds.
const EVERY: u64 = 300;

pub(crate) fn devices(site: &Site, asked: &Asked) -> Answer {
    if let Err(refused) = admit(site, asked, Some("devices.read")) {
        return *refused;
    }
    let devices: Vec<Value> =
        ROOMS.iter().map(|(id, place, target)| json!({ "id": id, "place": place, "target_celsius": tenths(*target) })).collect();
    answer::json(StatusCode::OK, &json!({ "sandbox": true, "devices": devices }))
}

/// The latest measurements of `device`, newest first, `limit` of them (10, at most 100).
pub(crate) fn readings(site: &Site, asked: &Asked) -> Answer {
    if let Err(refused) = admit(site, asked, Some("readings.read")) {
        return *refused;
    }
    let fields = Fields::of_query(asked.uri()).unwrap_or_default();
    let device = fields.get("device").unwrap_or_default();
    let Some((id, _, target)) = ROOMS.iter().find(|(id, _, _)| *id == device) else {
        return answer::refusal(StatusCode::NOT_FOUND, "unknown_device", "`device` must name one of /api/devices");
    };
    let limit = fields.get("limit").and_then(|text| text.parse::<u64>().ok()).unwrap_or(10).clamp(1, 100);
    let latest = seconds(site.now()) / EVERY;
    let readings: Vec<Value> = (0..limit).map(|back| reading(latest.saturating_sub(back), *target)).collect();
    answer::json(StatusCode::OK, &json!({ "sandbox": true, "device": id, "readings": readings }))
}

/// The compressor goes on and off: a triangle of two degrees, twelve measurements long.
fn reading(at: u64, target: i64) -> Value {
    let phase = (at % 12) as i64;
    let height = if phase < 6 { phase } else { 12 - phase };
    let swing = height * 20 / 6 - 10;
    json!({ "time": rfc3339(UNIX_EPOCH + Duration::from_secs(at * EVERY)), "celsius": tenths(target + swing), "humidity": 60 + phase })
}

fn tenths(value: i64) -> f64 {
    value as f64 / 10.0
}
