//! TLS: whom to trust, and what a certificate that is not trusted means.
//!
//! The roots of trust are Mozilla's, built in, so that nothing is read from
//! the system to start. Those of the system, or of a file, are read only when
//! they are asked for. TLS 1.2 is the oldest that is spoken.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::config::{Trust, variable};
use crate::error::{Error, Result};

/// The TLS settings of a client.
///
/// # Errors
/// Of kind `Usage`: the file of authorities cannot be read or contains none.
pub fn settings(trust: &Trust) -> Result<ClientConfig> {
    with_roots(roots(trust)?)
}

/// The TLS settings where no TLS is spoken.
pub(super) fn unused() -> Result<ClientConfig> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::unexpected("cannot set up TLS").caused_by(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(trust: &Trust) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::BuiltIn => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Trust::System => {
            // Some that cannot be read are no harm while others can.
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(
                    Error::usage("this system has no certificate authorities to trust")
                        .hint("leave out --system-ca, or name a file with --ca-file"),
                );
            }
        }
        Trust::File(path) => {
            for certificate in in_file(path)? {
                roots.add(certificate).map_err(|error| {
                    Error::usage(format!(
                        "{} contains something that is not a certificate",
                        path.display()
                    ))
                    .caused_by(error)
                })?;
            }
        }
    }
    Ok(roots)
}

fn in_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let name = path.display().to_string();
    let source = format!("--ca-file and {} name it", variable::CA_FILE);
    let text =
        std::fs::read(path).map_err(|error| Error::reading(&name, error).hint(source.as_str()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Error::usage(format!("{name} contains no certificate"))
            .hint("it must be a PEM file: -----BEGIN CERTIFICATE-----")
            .hint(source)),
    }
}

/// What to do about a certificate, or a TLS that failed.
#[must_use]
pub fn advice(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(wrong) = error else {
        return "nothing was sent; the server does not support TLS 1.2 or 1.3, or a proxy \
            intercepts the connection"
            .to_owned();
    };
    match wrong {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "nothing was sent: the certificate is signed by itself or by an unknown authority. If \
             it is your company's proxy, name its authority with --ca-file or {}, or trust the \
             system's with --system-ca; otherwise the connection may be intercepted",
            variable::CA_FILE
        ),
        CertificateError::Other(_) => {
            "nothing was sent: the certificate is not valid for a server, or is its own authority. \
             Name the authority that signed it with --ca-file"
                .to_owned()
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "nothing was sent: the certificate is not valid at this time. Check the clock of this \
             machine; if it is right, the server needs a new certificate"
                .to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "nothing was sent: the certificate belongs to another host. Check the base URL; the \
             connection may be intercepted"
                .to_owned()
        }
        _ => "nothing was sent: the certificate is not trusted".to_owned(),
    }
}

/// The TLS error among the causes of another, if there is one.
#[must_use]
pub fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // An I/O error hides what it was made of.
        let hidden = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if let Some(found) = hidden.and_then(|inner| within(inner)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}
