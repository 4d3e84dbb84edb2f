//! How pages of the customer portal become HTML.
//!
//! Takes the name of a template and the data that it shows; returns a page.
//! Anyone who has a template engine passes it in with
//! [`Sandbox::rendering`](crate::Sandbox::rendering); without one, a plain page
//! shows the data.

use std::fmt;

use serde_json::Value;

/// Renders the pages of the customer portal.
pub trait Pages: Send + Sync {
    /// Renders a page.
    ///
    /// # Errors
    /// The template is missing or cannot be rendered; the portal answers 500 with
    /// the page of the error.
    fn render(&self, page: &PageRequest<'_>) -> Result<RenderedPage, PageError>;
}

/// A page to render.
#[derive(Clone, Copy)]
pub struct PageRequest<'a> {
    /// File name of the template (`subscriptions.html`).
    pub template: &'a str,
    /// A JSON object: the variables of every page (`customer`, `settings`,
    /// `store`, `proxy_redirect`, `shopify_proxy_url`, the URL variables …) and
    /// those of this page.
    pub context: &'a Value,
    /// Where the portal of the customer is, without a slash at the end
    /// (`/tools/recurring/portal/{hash}`). URLs of pages begin with it.
    pub portal_path: &'a str,
    /// The token that URLs of pages carry as `?token=`. It is a secret.
    pub token: &'a str,
    /// The query of the request, decoded, without the token.
    pub query: &'a [(String, String)],
    /// Whether the page is served by Recharge itself (`/portal/…`), not through
    /// the proxy of a shop (`/tools/recurring/portal/…`).
    pub is_hosted: bool,
}

impl fmt::Debug for PageRequest<'_> {
    /// Leaves out everything personal and the token.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PageRequest")
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

/// A page, ready to be sent.
#[derive(Clone)]
pub struct RenderedPage {
    /// The body.
    pub body: String,
    /// Its type, for the header `Content-Type`.
    pub content_type: &'static str,
}

impl RenderedPage {
    /// A page of HTML.
    #[must_use]
    pub const fn html(body: String) -> Self {
        Self {
            body,
            content_type: HTML,
        }
    }
}

impl fmt::Debug for RenderedPage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RenderedPage")
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a page cannot be rendered.
#[derive(Debug, Clone)]
pub struct PageError {
    /// What is wrong, in words (`subscriptions.html:12: unknown filter "mony"`).
    pub message: String,
    /// What is shown in place of the page; a plain page with the message where
    /// there is nothing better.
    pub page: Option<RenderedPage>,
}

impl PageError {
    /// An error that is shown on a plain page.
    #[must_use]
    pub const fn new(message: String) -> Self {
        Self {
            message,
            page: None,
        }
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// Shows the data of each page as text.
#[derive(Debug, Clone, Copy)]
pub struct PlainPages;

impl Pages for PlainPages {
    fn render(&self, page: &PageRequest<'_>) -> Result<RenderedPage, PageError> {
        let data = serde_json::to_string_pretty(page.context)
            .map_err(|error| PageError::new(error.to_string()))?;
        Ok(plain(page.template, &data))
    }
}

/// A page with a title and a text.
pub(crate) fn plain(title: &str, text: &str) -> RenderedPage {
    let (title, text) = (escaped(title), escaped(text));
    RenderedPage::html(format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n<pre>{text}</pre>\n"
    ))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}
