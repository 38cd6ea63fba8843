//! Serves `/metrics` and `/healthz` over HTTP.
//!
//! One connection at a time, each with a limit on its time and its bytes, so that no client can
//! hold threads or memory of the watch.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::health::Health;
use super::metrics::{CONTENT_TYPE, Metrics};

/// The longest time of a connection.
const TIME: Duration = Duration::from_secs(2);

/// The most bytes of a request's head.
const LONGEST_HEAD: usize = 8 * 1024;

/// The most header lines of a request.
const MOST_HEADERS: usize = 64;

/// The most bytes of a request that are read after its answer, so that the answer arrives.
const LONGEST_REST: u64 = 64 * 1024;

const TEXT: &str = "text/plain; charset=utf-8";

/// Parses an address, or a port of this machine.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| "expected ADDRESS:PORT, or a port on 127.0.0.1".to_owned())
}

/// Serves in a thread of its own until the process ends, and returns the address.
pub(super) fn serve(
    address: SocketAddr,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    let serving = move || {
        for connection in listener.incoming() {
            match connection {
                // a client that closes its connection early has its own error
                Ok(stream) => drop(answer(stream, &metrics, &health)),
                // no free descriptor: the next try would fail at once
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    };
    thread::Builder::new().name("http".to_owned()).spawn(serving)?;
    Ok(bound)
}

fn answer(stream: TcpStream, metrics: &Metrics, health: &Health) -> io::Result<()> {
    let mut stream = TimedStream { stream, end: Instant::now() + TIME };
    let request = read_request(&mut stream)?;
    stream.write_all(&respond(&request, metrics, health).bytes(request.is_head()))?;
    stream.stream.shutdown(std::net::Shutdown::Write)?;
    io::copy(&mut stream.take(LONGEST_REST), &mut io::sink()).map(drop)
}

/// A connection with a time at which it ends.
struct TimedStream {
    stream: TcpStream,
    end: Instant,
}

impl TimedStream {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for TimedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for TimedStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A request, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Get { path: String, is_head: bool },
    OtherMethod,
    TooLong,
    Malformed,
}

impl Request {
    const fn is_head(&self) -> bool {
        matches!(self, Self::Get { is_head: true, .. })
    }
}

/// Reads the head of a request.
fn read_request(stream: &mut impl Read) -> io::Result<Request> {
    let (mut head, mut length) = ([0; LONGEST_HEAD], 0);
    loop {
        match stream.read(&mut head[length..]) {
            Ok(0) => return Ok(Request::Malformed),
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if let Some(request) = parse(&head[..length]) {
            return Ok(request);
        }
        if length == head.len() {
            return Ok(Request::TooLong);
        }
    }
}

/// Parses the head of a request; `None` if it is incomplete.
fn parse(head: &[u8]) -> Option<Request> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Partial) => return None,
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Some(Request::TooLong),
        Err(_) => return Some(Request::Malformed),
    }
    let path = request.path.and_then(|path| path.split('?').next()).unwrap_or_default().to_owned();
    Some(match request.method {
        Some("GET") => Request::Get { path, is_head: false },
        Some("HEAD") => Request::Get { path, is_head: true },
        _ => Request::OtherMethod,
    })
}

struct Response {
    status: &'static str,
    kind: &'static str,
    body: String,
}

impl Response {
    fn text(status: &'static str, body: impl Into<String>) -> Self {
        Self { status, kind: TEXT, body: body.into() + "\n" }
    }

    fn bytes(&self, is_head: bool) -> Vec<u8> {
        let Self { status, kind, body } = self;
        let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
        let mut text = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{allow}\
             Cache-Control: no-store\r\nConnection: close\r\n\r\n",
            body.len()
        );
        if !is_head {
            text += body;
        }
        text.into_bytes()
    }
}

fn respond(request: &Request, metrics: &Metrics, health: &Health) -> Response {
    let path = match request {
        Request::Get { path, .. } => path.as_str(),
        Request::OtherMethod => {
            return Response::text("405 Method Not Allowed", "GET or HEAD only");
        }
        Request::TooLong => {
            return Response::text(
                "431 Request Header Fields Too Large",
                "the request is too long",
            );
        }
        Request::Malformed => return Response::text("400 Bad Request", "not an HTTP request"),
    };
    match path {
        "/metrics" => match metrics.text() {
            Ok(body) => Response { status: "200 OK", kind: CONTENT_TYPE, body },
            Err(error) => Response::text("500 Internal Server Error", error.to_string()),
        },
        "/healthz" => match health.fault() {
            None => Response::text("200 OK", "ok"),
            Some(fault) => Response::text("503 Service Unavailable", fault),
        },
        _ => Response::text("404 Not Found", "/metrics or /healthz"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_of_this_machine() {
        assert_eq!(address("9745").unwrap().to_string(), "127.0.0.1:9745");
        assert_eq!(address("0.0.0.0:1").unwrap().to_string(), "0.0.0.0:1");
        assert_eq!(address("[::1]:1").unwrap().to_string(), "[::1]:1");
        for text in ["", "x", "127.0.0.1", "99999", "localhost:1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn requests_are_read_within_limits() {
        let get = |path: &str| Request::Get { path: path.to_owned(), is_head: false };
        let long = [b"GET /".as_slice(), &vec![b'a'; 20_000], b" HTTP/1.1\r\n\r\n"].concat();
        let many = [b"GET / HTTP/1.1\r\n".as_slice(), &b"a: b\r\n".repeat(65), b"\r\n"].concat();
        for (bytes, expected) in [
            (&b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"[..], get("/metrics")),
            (b"GET /healthz?a=b HTTP/1.0\r\n\r\n", get("/healthz")),
            (b"HEAD / HTTP/1.1\r\n\r\n", Request::Get { path: "/".to_owned(), is_head: true }),
            (b"POST /metrics HTTP/1.1\r\n\r\nx", Request::OtherMethod),
            (b"", Request::Malformed),
            (b"GET /metrics HTTP/1.1\r\n", Request::Malformed),
            (b"\x16\x03\x01\x02\0\x01\0", Request::Malformed),
            (b"\0\xFF GET", Request::Malformed),
            (&long, Request::TooLong),
            (&many, Request::TooLong),
        ] {
            for step in [1, 7, bytes.len().max(1)] {
                let mut slow = io::BufReader::with_capacity(step, bytes);
                assert_eq!(read_request(&mut Slow(&mut slow)).unwrap(), expected, "{bytes:?}");
            }
        }
    }

    /// Gives no more than its buffer at once.
    struct Slow<'a>(&'a mut io::BufReader<&'a [u8]>);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            use std::io::BufRead;
            let given = self.0.fill_buf()?;
            let length = given.len().min(buffer.len());
            buffer[..length].copy_from_slice(&given[..length]);
            self.0.consume(length);
            Ok(length)
        }
    }

    #[test]
    fn answers_have_a_status_and_a_length() {
        let (metrics, folder) = (Metrics::new(None), tempfile::tempdir().unwrap());
        let health = Health::of(folder.path().to_owned());
        let text = |request: &Request| {
            let bytes = respond(request, &metrics, &health).bytes(request.is_head());
            String::from_utf8(bytes).unwrap()
        };
        let get = |path: &str| Request::Get { path: path.to_owned(), is_head: false };
        assert!(text(&get("/metrics")).contains("flagflow_watch_waiting_files 0\n"));
        assert!(text(&get("/healthz")).ends_with("\r\n\r\nok\n"));
        assert!(text(&get("/")).starts_with("HTTP/1.1 404 "));
        assert!(text(&Request::OtherMethod).contains("\r\nAllow: GET, HEAD\r\n"));
        assert!(text(&Request::TooLong).starts_with("HTTP/1.1 431 "));
        assert!(text(&Request::Malformed).starts_with("HTTP/1.1 400 "));
        let head = text(&Request::Get { path: "/healthz".to_owned(), is_head: true });
        assert!(head.contains("Content-Length: 3\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        health.passed(Some((1, "a: full".to_owned())));
        let unhealthy = text(&get("/healthz"));
        assert!(unhealthy.starts_with("HTTP/1.1 503 ") && unhealthy.ends_with("a: full\n"));
    }
}
