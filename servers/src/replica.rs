//! Starts a streaming replica of the PostgreSQL server that was started here.

use crate::Result;
use crate::port::Reserved;
use crate::postgres::{LIMIT, Programs};
use crate::process::{Guard, step};
use crate::up::Setting;

/// Copies the server at that URL as it is now, and starts the copy, which follows it from there.
pub(crate) fn start(primary: &str, setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let programs = Programs::of(setting)?;
    programs.make_data(setting)?;
    let mut copy = programs.command("pg_basebackup");
    copy.args(["--checkpoint=fast", "--no-sync", "--no-manifest", "--write-recovery-conf", "--no-password"]);
    copy.args(["--dbname", primary, "--pgdata"]).arg(&setting.run.data);
    step(&mut copy, &setting.run.log, LIMIT, setting.interrupt)?;
    programs.serve(setting, port)
}
