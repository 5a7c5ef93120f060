//! A real PostgreSQL on loopback in a temporary folder, for tests: one for each test program, a database for each test.
//! Debian's package `postgresql` brings the programs. It is stopped and its folder removed when the test program ends,
//! however it ends. Where the programs are not installed the tests that need them are left out, which is said, unless
//! `BOWLINE_REQUIRE_PEERS=1`: then they fail.
#![allow(clippy::disallowed_methods, dead_code, reason = "a test's surroundings; each test program uses some of it")]

#[path = "required.rs"]
pub(crate) mod required;

use postgres::{Client, NoTls};
use required::or_left_out;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Makes the server, then does what it is told line by line. At the end of its input, which comes with the end of the test
/// program, it stops the server and leaves nothing behind. The server does not run as root, and neither does this.
const KEEPER: &str = r#"
trap '' INT
bin=$1 port=$2 folder=$(mktemp -d "${TMPDIR:-/tmp}/bowline-postgres.XXXXXX") || exit 1
cd "$folder" || exit 1
printf 'canary-database-password' > word
certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -keyout ca.key -out ca.pem -subj '/CN=an authority' \
    -addext 'basicConstraints=critical,CA:TRUE' &&
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -keyout server.key -out server.pem -subj '/CN=server' \
    -CA ca.pem -CAkey ca.key -addext 'subjectAltName=DNS:localhost' -addext 'basicConstraints=critical,CA:FALSE'
}
make() {
  "$bin/initdb" -D data -U bowline -A scram-sha-256 --pwfile=word -E UTF8 --locale=C.UTF-8 && certificates &&
  printf '%s\n' "port = $port" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$folder'" 'shared_buffers = 32MB' \
    'max_connections = 120' 'ssl = on' "ssl_cert_file = '$folder/server.pem'" "ssl_key_file = '$folder/server.key'" \
    >> data/postgresql.conf
}
tell() { if "$@" >> log 2>&1; then echo "done $folder"; else echo "failed: $(tail -n 3 log | tr '\n' ' ')"; fi }
while read -r word; do
  case $word in
    make) tell make ;;
    start) tell "$bin/pg_ctl" -D data -w -t 60 -l server.log start ;;
    stop) tell "$bin/pg_ctl" -D data -w -t 60 -m fast stop ;;
    kill) tell "$bin/pg_ctl" -D data -w -t 60 -m immediate stop ;;
  esac
done
"$bin/pg_ctl" -D data -w -t 60 -m immediate stop > stopped 2>&1
cd / && rm -rf "$folder"
"#;

pub(crate) struct Server {
    port: u16,
    folder: PathBuf,
    keeper: Mutex<Keeper>,
    databases: AtomicUsize,
}

struct Keeper {
    child: Child,
    /// Gone once the server is to stop.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// The one server of this test program.
    pub(crate) fn shared() -> Option<&'static Server> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Server::own).as_ref()
    }

    /// A server that nobody else uses: it may be stopped.
    pub(crate) fn own() -> Option<Server> {
        or_left_out("tests against PostgreSQL", Server::run())
    }

    fn run() -> Result<Server, String> {
        let bin = programs().ok_or("the package postgresql is not installed")?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(|error| error.to_string())?.port();
        let mut keeper = keeper(&bin, port)?;
        let folder = keeper.tell("make")?;
        keeper.tell("start")?;
        Ok(Server { port, folder: PathBuf::from(folder), keeper: Mutex::new(keeper), databases: AtomicUsize::new(0) })
    }

    /// The address of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.client("postgres").batch_execute(&format!("CREATE DATABASE {name}")).expect("the server makes databases");
        self.url(&name)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://bowline:canary-database-password@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The authority that vouches for the server, under the name `localhost`.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// A connection from beside, to a database by name or address.
    pub(crate) fn client(&self, database: &str) -> Client {
        let url = if database.contains("://") { database.to_owned() } else { self.url(database) };
        Client::connect(&url, NoTls).expect("the server runs")
    }

    pub(crate) fn start(&self) {
        self.tell("start");
    }

    /// Lets what runs be undone, as an operator does it.
    pub(crate) fn stop(&self) {
        self.tell("stop");
    }

    /// As a crash: nothing is written that is not written yet.
    pub(crate) fn kill(&self) {
        self.tell("kill");
    }

    fn tell(&self, order: &str) {
        let mut keeper = self.keeper.lock().expect("no test panics with it");
        keeper.tell(order).expect("the server obeys");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().expect("no test panics with it");
        keeper.orders = None;
        keeper.child.wait().map(drop).unwrap_or_default();
    }
}

impl Keeper {
    fn tell(&mut self, order: &str) -> Result<String, String> {
        writeln!(self.orders.as_ref().ok_or("it is stopped")?, "{order}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(|error| error.to_string())?;
        answer.trim_end().strip_prefix("done ").map(str::to_owned).ok_or(format!("{order}: {answer}"))
    }
}

/// The programs of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
    })
}

fn keeper(bin: &Path, port: u16) -> Result<Keeper, String> {
    let said = |error: std::io::Error| error.to_string();
    let asked = Command::new("id").arg("-u").output().map_err(said)?;
    let is_root = asked.stdout.trim_ascii() == b"0";
    let mut command = Command::new(if is_root { "runuser" } else { "sh" });
    if is_root {
        command.args(["-u", unprivileged()?, "--", "sh"]);
    }
    command.args(["-c", KEEPER, "keeper"]).arg(bin).arg(port.to_string()).current_dir("/");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(said)?;
    let (orders, answers) = (child.stdin.take(), child.stdout.take());
    Ok(Keeper { orders, answers: BufReader::new(answers.expect("it was piped")), child })
}

/// PostgreSQL refuses to run as root.
fn unprivileged() -> Result<&'static str, String> {
    let exists = |name: &&str| Command::new("id").arg(name).output().is_ok_and(|asked| asked.status.success());
    ["postgres", "nobody"].into_iter().find(exists).ok_or("there is no user who is not root".to_owned())
}
