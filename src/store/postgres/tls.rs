//! TLS to the server: the roots of this machine or those of one file, and how much of the certificate counts.

use super::address::{Encryption, PostgresAddress};
use crate::store::StoreError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How to shake hands with a server at an address.
pub(super) fn connector(address: &PostgresAddress) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = verifier(address, &provider)?;
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(unavailable)?;
    let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn verifier(address: &PostgresAddress, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
    let trusted = || -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
        Ok(match &address.root {
            None => Arc::new(Verifier::new(provider.clone()).map_err(unavailable)?),
            Some(file) => {
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots(file)?), provider.clone()).build().map_err(unavailable)?
            }
        })
    };
    Ok(match address.encryption() {
        Encryption::Disable | Encryption::Prefer | Encryption::Require => Arc::new(Lenient { trust: None, provider: provider.clone() }),
        Encryption::VerifyCa => Arc::new(Lenient { trust: Some(trusted()?), provider: provider.clone() }),
        Encryption::VerifyFull => trusted()?,
    })
}

fn roots(file: &Path) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unavailable)? {
        roots.add(certificate.map_err(unavailable)?).map_err(unavailable)?;
    }
    if roots.is_empty() { Err(StoreError::Unavailable("the file of `sslrootcert` holds no certificate".into())) } else { Ok(roots) }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// Looks away from the name, and without anybody to trust from the certificate too: what the address asks for.
#[derive(Debug)]
struct Lenient {
    trust: Option<Arc<dyn ServerCertVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trust) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        match trust.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
