// Reads lines "port store" and answers each with 1 or 0: does a rustls client that believes the store accept the server?
use std::io::{BufRead, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

fn accepts(port: u16, store: &str) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_certs_from_paths(Some(Path::new(store)), None);
    roots.add_parsable_certificates(found.certs);
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = "www.example.com".try_into().unwrap();
    let mut session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    while session.is_handshaking() {
        if session.complete_io(&mut socket).is_err() {
            return false;
        }
    }
    let _ = session.writer().flush();
    true
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (port, store) = line.split_once(' ').unwrap();
        println!("{}", accepts(port.parse().unwrap(), store) as u8);
    }
}
