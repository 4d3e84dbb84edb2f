//! The answer of an object store to a failed request, as an error.
//!
//! The answer can contain parts of keys, so only its status and its code are shown.

use crate::error::{Error, Kind};

/// The error of a request.
pub(super) fn failed(place: &str, error: &object_store::Error) -> Error {
    let text = texts(error);
    let code = between(&text, "<Code>", "</Code>").filter(|code| is_word(code));
    let status = between(&text, "status code: ", ":").filter(|status| status.len() < 40);
    let said = match (status, code) {
        (Some(status), Some(code)) => format!(" ({status}, {code})"),
        (Some(said), None) | (None, Some(said)) => format!(" ({said})"),
        (None, None) => String::new(),
    };
    match error {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => {
            Error::new(Kind::Access, format!("{place}: access denied{said}")).hint(
                "the keys need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and \
                 s3:DeleteObject on what is in it",
            )
        }
        _ if matches!(error, object_store::Error::NotFound { .. })
            || code == Some("NoSuchBucket") =>
        {
            Error::new(Kind::NotFound, format!("{place} does not exist{said}"))
                .hint("create the bucket first, and check AWS_REGION and AWS_ENDPOINT_URL")
        }
        _ if text.contains("credential") => {
            Error::new(Kind::Access, format!("there are no keys for {place}"))
                .hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
        }
        _ => Error::new(Kind::Unreachable, format!("{place} cannot be used{said}")).hint(
            "check AWS_REGION, AWS_ENDPOINT_URL and the network; the tables that readers see are complete",
        ),
    }
}

/// The texts of an error and its causes.
pub(super) fn texts(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(" | ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begin)?;
    Some(rest.split_once(end)?.0)
}

fn is_word(text: &str) -> bool {
    text.len() < 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The error of a store that overwrites existing objects.
pub(super) fn unconditional(place: &str) -> Error {
    Error::usage(format!(
        "the store of {place} does not support If-None-Match: two runs could write the same entry"
    ))
    .hint("nothing was written; AWS S3, MinIO and R2 support it; or sync to a folder and upload it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_show_status_and_code_and_nothing_else_of_an_answer() {
        let body = "Server returned non-2xx status code: 403 Forbidden: <Error>\
            <Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>";
        let error = object_store::Error::PermissionDenied {
            path: "x".to_owned(),
            source: body.into(),
        };
        let error = failed("s3://shop", &error);
        assert_eq!(
            error.to_string(),
            "s3://shop: access denied (403 Forbidden, SignatureDoesNotMatch)"
        );
        let error = object_store::Error::Generic {
            store: "S3",
            source: "AKIASECRET status code: 500 Internal Server Error: AKIASECRET".into(),
        };
        assert!(
            !failed("s3://shop", &error)
                .to_string()
                .contains("AKIASECRET")
        );
    }
}
