//! Servers on this machine for what is below HTTP: TLS with certificates made
//! on the spot, proxies, and connections that are counted. Each connection is
//! a thread; a server ends with the test process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// Names that a certificate of these tests is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "store.example.test"];

/// An authority, the certificate that it signed, and the files to trust.
pub struct Identity {
    folder: TempDir,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// A certificate that an authority signed.
    pub fn signed() -> Self {
        Self::made(&NAMES, |_| {})
    }

    /// A certificate for another host.
    pub fn of_another_host() -> Self {
        Self::made(&["other.example.test"], |_| {})
    }

    /// A certificate whose time is over.
    pub fn expired() -> Self {
        Self::made(&NAMES, |params| {
            params.not_before = rcgen::date_time_ymd(2001, 1, 1);
            params.not_after = rcgen::date_time_ymd(2002, 1, 1);
        })
    }

    /// A certificate that no one vouches for.
    pub fn of_its_own() -> Self {
        let names = NAMES.map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Self::kept(made.cert.der().clone(), made.cert.der(), &made.signing_key)
    }

    fn made(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap();
        Self::kept(leaf.der().clone(), root.der(), &key)
    }

    fn kept(leaf: CertificateDer<'static>, root: &CertificateDer, key: &KeyPair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), pem(root)).unwrap();
        Self {
            folder,
            chain: vec![leaf],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    /// The file of the authority.
    pub fn file(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    fn server(&self, alpn: &[&str]) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

fn pem(certificate: &CertificateDer) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// What arrived: each connection, with the heads of its requests.
pub type Heard = Arc<Mutex<Vec<Vec<String>>>>;

/// A server whose connections are distinguished.
pub struct Listening {
    pub address: SocketAddr,
    pub heard: Heard,
}

impl Listening {
    /// Runs `work` for each connection, with its number.
    pub fn with(work: impl Fn(TcpStream, usize, &Heard) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Heard::default();
        let (kept, work) = (Arc::clone(&heard), Arc::new(work));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = kept.lock().unwrap().len();
                kept.lock().unwrap().push(Vec::new());
                let (kept, work) = (Arc::clone(&kept), Arc::clone(&work));
                std::thread::spawn(move || work(stream, number, &kept));
            }
        });
        Self { address, heard }
    }

    /// Answers every request with the same bytes, over plain HTTP.
    pub fn plain(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::with(move |stream, number, heard| converse(stream, number, heard, &answer))
    }

    /// Answers every request with the same bytes, over TLS.
    pub fn secure(identity: &Identity, answer: impl Into<Vec<u8>>) -> Self {
        let (config, answer) = (identity.server(&["http/1.1"]), answer.into());
        Self::with(move |stream, number, heard| {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            converse(StreamOwned::new(tls, stream), number, heard, &answer);
        })
    }

    /// Speaks HTTP/2 where the client offers it, and answers once.
    pub fn second(identity: &Identity, body: &'static str) -> Self {
        let config = identity.server(&["h2", "http/1.1"]);
        Self::with(move |stream, number, heard| {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(tls, stream);
            let mut preface = [0; 24];
            if stream.read_exact(&mut preface).is_err() {
                return;
            }
            let said = String::from_utf8_lossy(&preface).into_owned();
            heard.lock().unwrap()[number].push(said);
            let size = u8::try_from(body.len()).unwrap();
            // Settings, a head of `:status: 200`, and the body as its last.
            let mut answer = vec![0, 0, 0, 4, 0, 0, 0, 0, 0];
            answer.extend([0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]);
            answer.extend([0, 0, size, 0, 1, 0, 0, 0, 1]);
            answer.extend(body.as_bytes());
            let mut asked = [0; 4096];
            // Only once the request is there may it be answered.
            let mut frames = Vec::new();
            while !has_headers(&frames) {
                match stream.read(&mut asked) {
                    Ok(0) | Err(_) => return,
                    Ok(read) => frames.extend_from_slice(&asked[..read]),
                }
            }
            let _ = stream.write_all(&answer);
            let _ = stream.flush();
            while matches!(stream.read(&mut asked), Ok(1..)) {}
        })
    }

    /// A proxy that leads every tunnel to one place, whatever was asked for.
    pub fn proxy(to: SocketAddr) -> Self {
        Self::with(move |mut stream, number, heard| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let Some(head) = head(&mut reader) else {
                return;
            };
            heard.lock().unwrap()[number].push(head);
            let _ = stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
            join(stream, to);
        })
    }

    /// A SOCKS proxy of version 5 that leads everything to one place.
    pub fn socks(to: SocketAddr) -> Self {
        Self::with(move |mut stream, number, heard| {
            let mut greeting = [0; 2];
            let _ = stream.read_exact(&mut greeting);
            let mut methods = vec![0; usize::from(greeting[1])];
            let _ = stream.read_exact(&mut methods);
            let _ = stream.write_all(&[5, 0]);
            let mut asked = [0; 5];
            let _ = stream.read_exact(&mut asked);
            let mut name = vec![0; usize::from(asked[4]) + 2];
            let _ = stream.read_exact(&mut name);
            name.truncate(name.len() - 2);
            let name = String::from_utf8_lossy(&name).into_owned();
            heard.lock().unwrap()[number].push(name);
            let _ = stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
            join(stream, to);
        })
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub fn heads(&self) -> Vec<Vec<String>> {
        self.heard.lock().unwrap().clone()
    }
}

/// Whether a frame of headers is among these.
fn has_headers(mut frames: &[u8]) -> bool {
    while let [high, middle, low, kind, ..] = frames {
        let length = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
        if *kind == 1 && frames.len() >= 9 + length {
            return true;
        }
        frames = frames.get(9 + length..).unwrap_or_default();
    }
    false
}

fn join(client: TcpStream, to: SocketAddr) {
    let server = TcpStream::connect(to).unwrap();
    let (mut from, mut into) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || io::copy(&mut from, &mut into));
    let (mut from, mut into) = (server, client);
    let _ = io::copy(&mut from, &mut into);
    let _ = into.shutdown(std::net::Shutdown::Both);
}

/// The head of a request; nothing when the client has gone.
fn head(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some(head);
        }
        head.push_str(&line);
    }
}

fn converse(stream: impl Read + Write, number: usize, heard: &Heard, answer: &[u8]) {
    let mut reader = BufReader::new(stream);
    while let Some(head) = head(&mut reader) {
        heard.lock().unwrap()[number].push(head);
        let stream = reader.get_mut();
        if stream
            .write_all(answer)
            .and_then(|()| stream.flush())
            .is_err()
        {
            return;
        }
    }
}

/// An answer with its right length, after which the connection stays.
pub fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
