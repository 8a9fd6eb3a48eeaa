//! What journeys have in common: a browser that is ended whatever becomes of them, signing in, waiting,
//! and what a page has fetched.

use super::{Chromium, PATIENCE, Window};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A phone as many have them.
pub(in super::super) const PHONE: Window = Window { width: Some(390), scripts: true };
/// The same phone, whose browser runs no scripts.
pub(in super::super) const PHONE_WITHOUT_SCRIPTS: Window =
    Window { width: Some(390), scripts: false };

impl Chromium {
    /// Goes on a journey in a browser like this, where there is one.
    pub(in super::super) async fn goes<J, F>(window: Window, journey: J)
    where
        J: FnOnce(Arc<Self>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(chromium) = Self::start_with(window).await else {
            eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
            return;
        };
        let chromium = Arc::new(chromium);
        let went = tokio::spawn(journey(Arc::clone(&chromium))).await;
        chromium.quit().await;
        went.expect("the journey");
    }

    /// Signs in on the way to a page, as nobody who was here before, and waits until something of the
    /// page is to be read.
    pub(in super::super) async fn signs_in(
        &self,
        base: &str,
        path: &str,
        (email, password): (&str, &str),
        then: &str,
    ) {
        self.look(&format!("{base}/sign-in?next={path}")).await;
        self.forgets().await;
        self.look(&format!("{base}/sign-in?next={path}")).await;
        self.types("#email", email).await;
        self.types("#password", password).await;
        self.presses("button[value=sign-in]").await;
        self.shows(then).await;
    }

    /// Waits until a script says so.
    pub(in super::super) async fn sees(&self, script: &str) {
        let began = Instant::now();
        while self.tells(&format!("Boolean({script})")).await != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                let read = self.tells("document.body.innerText").await;
                panic!("never {script}: {read}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many elements of the page fit.
    pub(in super::super) async fn counts(&self, css: &str) -> u64 {
        let count = self.tells(&format!("document.querySelectorAll({css:?}).length")).await;
        count.as_u64().unwrap_or_else(|| panic!("{count}"))
    }

    /// What stands in the first element that fits, as it is read.
    pub(in super::super) async fn text_of(&self, css: &str) -> String {
        let text = self.tells(&format!("document.querySelector({css:?})?.innerText")).await;
        text.as_str().unwrap_or_else(|| panic!("no {css}")).to_owned()
    }

    /// Where the links lead that fit.
    pub(in super::super) async fn ways(&self, css: &str) -> Vec<String> {
        let all = format!(
            "[...document.querySelectorAll({css:?})].map(link => link.getAttribute('href'))"
        );
        let all = self.tells(&all).await;
        let all = all.as_array().unwrap_or_else(|| panic!("{all}"));
        all.iter().filter_map(|way| way.as_str().map(str::to_owned)).collect()
    }

    /// The status that the page was answered with.
    pub(in super::super) async fn status(&self) -> u64 {
        let status = "performance.getEntriesByType('navigation')[0].responseStatus";
        self.tells(status).await.as_u64().expect("a status")
    }

    /// Sends a form from the page that is open without a button for it, as somebody might who is not
    /// shown one: the status, and the page that comes back.
    pub(in super::super) async fn forces(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u64, String) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let sent = self
            .tells_later(&format!(
                "const done = arguments[arguments.length - 1]; \
                 fetch({path:?}, {{ method: 'POST', body: new URLSearchParams({body:?}) }}) \
                   .then(async answer => done([answer.status, await answer.text()]), \
                         failed => done([0, String(failed)]));"
            ))
            .await;
        let (status, page) = (sent[0].as_u64(), sent[1].as_str());
        (status.expect("a status"), page.expect("a page").to_owned())
    }

    /// All that the page's address and everything that it has fetched of us answers with, and of the
    /// stream what it tells at first.
    pub(in super::super) async fn all_that_was_fetched(&self, stream: &str) -> String {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             const entries = performance.getEntriesByType('resource').map(entry => entry.name); \
             const urls = new Set([location.href, ...entries.filter(url => !url.endsWith({stream:?}))]); \
             const first = async () => {{ \
               const answer = await fetch({stream:?}); \
               const reader = answer.body.getReader(); \
               const told = new TextDecoder().decode((await reader.read()).value); \
               await reader.cancel(); \
               return told; \
             }}; \
             const text = url => fetch(url).then(answer => answer.text()).then(text => url + text); \
             Promise.all([first(), ...[...urls].map(text)]) \
               .then(all => done(all.join('\\n')), failed => done('failed: ' + failed));"
        );
        let all = self.tells_later(&script).await;
        all.as_str().unwrap_or_else(|| panic!("{all}")).to_owned()
    }
}
