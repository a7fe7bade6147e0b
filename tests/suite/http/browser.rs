//! A browser without JavaScript, driven by hand: cookies, forms, redirects.

use std::collections::BTreeMap;

use reqwest::{Method, header};

use super::html::{self, Form};

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: String,
    /// The path and query that answered.
    pub path: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// What a person reads.
    pub fn text(&self) -> String {
        html::text(&self.body)
    }

    pub fn heading(&self) -> String {
        let tags = html::tags(&self.body);
        let start = tags.iter().position(|tag| tag.name == "h1" && !tag.closing);
        start.map_or_else(String::new, |start| {
            tags[start..].iter().take_while(|tag| !(tag.name == "h1" && tag.closing)).map(|tag| &*tag.text).collect()
        })
    }

    /// The form with a button of this name.
    pub fn form(&self, button: &str) -> Form {
        html::forms(&self.body)
            .into_iter()
            .find(|form| form.buttons.iter().any(|known| known.name == button))
            .unwrap_or_else(|| panic!("no button {button:?} on {}: {}", self.path, self.text()))
    }

    pub fn has_button(&self, button: &str) -> bool {
        html::forms(&self.body).iter().any(|form| form.buttons.iter().any(|known| known.name == button))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {} {}", self.path, self.location(), self.text());
        self
    }
}

/// One browser, or a program with a browser's cookies.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    /// Where the panel is, without a slash at the end.
    pub origin: String,
    pub jar: BTreeMap<String, String>,
    pub agent: String,
}

pub const SESSION: &str = "__Host-session";

fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

impl Browser {
    pub fn new(origin: &str) -> Self {
        Self {
            http: http(),
            origin: origin.to_owned(),
            jar: BTreeMap::new(),
            agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36".to_owned(),
        }
    }

    pub fn session(&self) -> Option<&str> {
        self.jar.get(SESSION).map(String::as_str)
    }

    /// Sends a request with the cookies and exactly these headers besides. Follows nothing.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let url = if path.starts_with('/') { format!("{}{path}", self.origin) } else { path.to_owned() };
        let mut request = self.http.request(method, &url).header(header::USER_AGENT, &self.agent);
        if !self.jar.is_empty() {
            let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        let answer = Answer { status, headers, body, path: path.to_owned() };
        for cookie in answer.cookies() {
            self.keep(cookie);
        }
        answer
    }

    /// Takes a cookie as a browser would: what breaks the rules of its prefix is dropped.
    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        let domain = attributes.iter().any(|attribute| attribute.starts_with("domain"));
        if name.starts_with("__Host-") && (!has("secure") || !has("path=/") || domain) {
            return;
        }
        if has("max-age=0") || value.is_empty() {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "text/html")], None).await
    }

    /// Posts a form as a browser does.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.origin.clone();
        let headers = [
            ("accept", "text/html,application/xhtml+xml"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", &origin),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, path, &headers, Some(encode(fields))).await
    }

    /// Posts as a program does, that wants to know what happened.
    pub async fn call(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, Some(encode(fields))).await
    }

    /// Follows redirects for as long as they stay within the panel.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..12 {
            let location = answer.location().to_owned();
            if !(300..400).contains(&answer.status) {
                return answer;
            }
            let target = url::Url::parse(&self.origin).unwrap().join(&location).unwrap();
            if target.origin().ascii_serialization() != self.origin {
                return answer;
            }
            answer = self.get(&target[url::Position::BeforePath..url::Position::AfterQuery]).await;
        }
        panic!("redirects without end: {}", answer.location());
    }

    /// Opens a page.
    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Presses a button, with what is typed into the form's fields before, and follows nothing.
    pub async fn press_only(&mut self, page: &Answer, button: &str, typed: &[(&str, &str)]) -> Answer {
        let form = page.form(button);
        let mut fields = form.fields.clone();
        for (name, value) in typed {
            let field = fields.iter_mut().find(|(key, _)| key == name);
            field.unwrap_or_else(|| panic!("no field {name} beside {button}")).1 = (*value).to_owned();
        }
        let pressed = form.buttons.iter().find(|known| known.name == button).unwrap();
        assert!(!pressed.disabled, "{button} is disabled");
        fields.extend(pressed.field.clone());
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let action = pressed.action.as_deref().unwrap_or(&form.action);
        let action = if action.is_empty() { page.path.as_str() } else { action };
        match pressed.method.as_deref().unwrap_or(&form.method) {
            "post" => self.post(action, &fields).await,
            _ if fields.is_empty() => self.get(action).await,
            _ => self.get(&format!("{action}?{}", encode(&fields))).await,
        }
    }

    /// Presses a button and goes where it leads.
    pub async fn press(&mut self, page: &Answer, button: &str, typed: &[(&str, &str)]) -> Answer {
        let answer = self.press_only(page, button, typed).await;
        self.follow(answer).await
    }

    /// Signs in as one of the organization's people, and ends on the page that was asked for.
    pub async fn sign_in(&mut self, person: &str, path: &str) -> Answer {
        let door = self.open(path).await;
        let choice = self.press(&door, "Sign in", &[]).await;
        self.press(&choice, person, &[]).await
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
