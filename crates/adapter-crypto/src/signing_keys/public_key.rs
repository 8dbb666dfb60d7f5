use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pkcs1::RsaPublicKeyRef;
use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, BitStringRef};
use pkcs8::der::{self, Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo};
use ring::digest::{SHA256, digest};
use roster_domain::KeyId;
use roster_ports::{KeyParameters, PublicKey};

/// The curve P-256 (RFC 5480 §2.1.1.1).
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The first byte of a point that is not compressed (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Of a coordinate on P-256.
const COORDINATE_BYTES: usize = 32;

/// The public key that is this uncompressed point on P-256; `None` for what has another form.
pub(super) fn of_ec(point: &[u8]) -> Option<PublicKey> {
    let Some((&UNCOMPRESSED, coordinates)) = point.split_first() else { return None };
    let (x, y) = coordinates.split_at_checked(COORDINATE_BYTES).filter(|(x, y)| x.len() == y.len())?;
    let parameters = KeyParameters::Ec { x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) };
    let algorithm = AlgorithmIdentifierRef { oid: sec1::ALGORITHM_OID, parameters: Some((&P256).into()) };
    public_key(parameters, algorithm, point)
}

/// The public key in this `RSAPublicKey` (RFC 8017 appendix A.1.1); `None` for what is none.
pub(super) fn of_rsa(der: &[u8]) -> Option<PublicKey> {
    let key = RsaPublicKeyRef::from_der(der).ok()?;
    let encode = |number: der::asn1::UintRef<'_>| URL_SAFE_NO_PAD.encode(number.as_bytes());
    let parameters = KeyParameters::Rsa { n: encode(key.modulus), e: encode(key.public_exponent) };
    public_key(parameters, pkcs1::ALGORITHM_ID, der)
}

fn public_key(
    parameters: KeyParameters,
    algorithm: AlgorithmIdentifierRef<'_>,
    subject_public_key: &[u8],
) -> Option<PublicKey> {
    let subject_public_key = BitStringRef::from_bytes(subject_public_key).ok()?;
    let info = SubjectPublicKeyInfo::<AnyRef<'_>, _> { algorithm, subject_public_key };
    Some(PublicKey { id: thumbprint(&parameters)?, der: info.to_der().ok()?, parameters })
}

/// The thumbprint of RFC 7638 §3: the required members in the order of their names, without white space.
fn thumbprint(parameters: &KeyParameters) -> Option<KeyId> {
    let members = match parameters {
        KeyParameters::Ec { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
        KeyParameters::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
    };
    let hash = digest(&SHA256, members.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref()).parse().ok()
}
