#!/usr/bin/env python3
"""The served broker beside nginx, in one run: `invoke` through the broker, and nginx proxying with a static header, both to the
same upstream; a list of many connections; memory at rest; the time of a restart after kill -9.

    cargo build --release && python3 tests/load/served.py [--connections 10000] [--seconds 10] [--under /dev/shm]

Needs nginx and wrk (Debian: nginx-light, wrk). Everything runs on loopback in a temporary folder and is gone afterwards. Every
call waits for the disk, whose time is shown first; under /dev/shm there is none, and what is left is the program's own.
"""

import argparse, http.client, json, os, pathlib, re, shutil, signal, socket, subprocess, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start_nginx(folder, upstream, proxy):
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log; worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  keepalive_requests 100000000;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{upstream}; default_type application/json; location / {{ return 200 '{{"temperature": 4.5, "unit": "C"}}'; }} }}
  server {{ listen 127.0.0.1:{proxy}; location / {{
    proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Key static; }} }}
}}
""")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    wait_for(proxy)
    return process


def wait_for(port):
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return time.perf_counter() - began
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing listens at {port}")


class Broker:
    def __init__(self, program, folder):
        self.program, self.folder, self.port = program, folder, free_port()
        self.start()
        self.token = (folder / "token").read_text().strip()

    def start(self):
        command = [self.program, "-C", self.folder, "serve", "--listen", f"127.0.0.1:{self.port}", "--allow-loopback", "--rate-per-token", "0",
                   "--admin-token-file", "token", "--log-level", "warn"]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "ab"))
        wait_for(self.port)
        while self.ask("GET", "/ready", wants=None)[0] != 200:
            time.sleep(0.002)
        return time.perf_counter() - began

    def ask(self, method, path, body=None, headers=(), wants=(200, 201), link=None):
        link = link or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head = {"Content-Type": "application/json", **dict(headers)}
        if hasattr(self, "token"):
            head["Authorization"] = f"Bearer {self.token}"
        link.request(method, path, None if body is None else json.dumps(body), head)
        answer = link.getresponse()
        text = answer.read()
        if wants and answer.status not in wants:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
        return answer.status, text

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def fill(broker, count):
    service = {"name": "Keys", "auth": {"type": "api_key", "parameters": {"X-Key": "Key"}}, "hosts": ["127.0.0.1"]}
    broker.ask("PUT", "/api/v1/services/keys", {"body": service}, [("If-None-Match", "*")])
    def some(numbers):
        link = http.client.HTTPConnection("127.0.0.1", broker.port, timeout=60)
        for number in numbers:
            body = {"name": f"C {number}", "service": "keys", "credentials": {"X-Key": {"env": "K"}}}
            written = {"body": body, "secrets": {"/credentials/X-Key": "k3y"}}
            broker.ask("PUT", f"/api/v1/connections/c{number:05}", written, [("If-None-Match", "*")], link=link)
    threads = [threading.Thread(target=some, args=(range(start, count, 4),)) for start in range(4)]
    began = time.perf_counter()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    broker.ask("POST", "/api/v1/connections/c00000/authorize")
    return time.perf_counter() - began


def wrk(folder, url, seconds, links, script=None):
    command = ["wrk", "-t2", f"-c{links}", f"-d{seconds}s", "--latency", url]
    if script:
        (folder / "wrk.lua").write_text(script)
        command[1:1] = ["-s", str(folder / "wrk.lua")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    unit = {"us": 0.001, "ms": 1, "s": 1000}
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), float(late[1]) * unit[late[2]], int(wrong[1]) if wrong else 0


def sync_time(folder):
    """What the disk takes for a page, in ms: the half of the tries that is quicker, and all but one in a hundred."""
    times = []
    with open(folder / "sync", "wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return times[100], times[198]


def paced(port, method, path, body, headers, seconds, rate=500, links=16):
    """Requests at a fixed rate. How long the slowest but one in a hundred took in ms, from when it was due, and how many failed."""
    times, failed = [], []
    def some(first):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(first, rate * seconds, links):
            due = began + number / rate
            time.sleep(max(0, due - time.perf_counter()))
            link.request(method, path, body, headers)
            answer = link.getresponse()
            answer.read()
            times.append((time.perf_counter() - due) * 1000)
            if answer.status != 200:
                failed.append(answer.status)
    began = time.perf_counter() + 0.2
    threads = [threading.Thread(target=some, args=(first,)) for first in range(links)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    times.sort()
    return times[len(times) * 99 // 100], len(failed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--under", help="the folder below which everything is kept")
    parser.add_argument("--program", default=str(ROOT / "target/release/bowline"))
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(dir=args.under))
    print("the disk takes {:.2f} ms for a page, p99 {:.2f} ms".format(*sync_time(folder)))
    upstream, proxy = free_port(), free_port()
    nginx, broker = start_nginx(folder, upstream, proxy), None
    try:
        broker = Broker(args.program, folder)
        print(f"memory at rest, empty: {broker.memory():.1f} MiB")
        print(f"{args.connections} connections created in {fill(broker, args.connections):.1f} s")
        call = json.dumps({"method": "GET", "url": f"http://127.0.0.1:{upstream}/"})
        invoke = f"""wrk.method = "POST"
wrk.body = '{call}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {broker.token}"
"""
        url = f"http://127.0.0.1:{broker.port}/api/v1/connections/c00000/invoke"
        status, text = broker.ask("POST", "/api/v1/connections/c00000/invoke", json.loads(call))
        assert json.loads(text)["status"] == 200, text
        for links in (1, 16, 64):
            rate, late, wrong = wrk(folder, f"http://127.0.0.1:{proxy}/", args.seconds, max(links, 2))
            print(f"nginx,  {links:3} connections: {rate:9.0f}/s  p99 {late:7.2f} ms  failed {wrong}")
            own, late, wrong = wrk(folder, url, args.seconds, max(links, 2), invoke)
            print(f"invoke, {links:3} connections: {own:9.0f}/s  p99 {late:7.2f} ms  failed {wrong}  = {100 * own / rate:.0f} % of nginx")
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {broker.token}"}
        plain, _ = paced(proxy, "GET", "/", None, {}, args.seconds)
        own, wrong = paced(broker.port, "POST", "/api/v1/connections/c00000/invoke", call, headers, args.seconds)
        print(f"at 500/s: nginx p99 {plain:.2f} ms, invoke p99 {own:.2f} ms  failed {wrong}  = {own - plain:.2f} ms more")
        print(f"memory after the calls: {broker.memory():.1f} MiB")
        for path in ("/api/v1/connections?limit=1000", "/api/v1/status?limit=1000", "/api/v1/estate"):
            times, size = [], 0
            for _ in range(5):
                began, cursor, size = time.perf_counter(), "", 0
                while cursor is not None:
                    _, text = broker.ask("GET", path + (f"&cursor={cursor}" if cursor else ""))
                    size, cursor = size + len(text), json.loads(text).get("next")
                times.append(time.perf_counter() - began)
            print(f"{path}, all of it: {sorted(times)[2] * 1000:.0f} ms, {size / 1e6:.1f} MB; memory after it: {broker.memory():.1f} MiB")
        os.kill(broker.process.pid, signal.SIGKILL)
        broker.process.wait()
        print(f"ready again after kill -9: {broker.start():.3f} s; memory at rest, full: {broker.memory():.1f} MiB")
    finally:
        for process in filter(None, (nginx, broker and broker.process)):
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
