//! The shell of every page, and the one table of routes.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{
    pages::{
        apps::AppsPage,
        ask::AskedPage,
        bulk::BulkPageView,
        bulk_job::BulkJobPage,
        code::CodePage,
        decline::DeclinePage,
        group::GroupPageView,
        groups::GroupsPage,
        guest::GuestPageView,
        guest_confirm::{ConfirmManyPage, RevokePage, WithdrawPage},
        guests::GuestsPage,
        invite::{InviteAnywherePage, InvitePage},
        invited::InvitedPage,
        launch::LaunchPage,
        leave::LeavePage,
        message::NotFoundPage,
        problem::ProblemPage,
        profile::ProfilePage,
        redeem::RedeemPageView,
        remove::RemovePage,
        sign_in::SignInPage,
        unsubscribe::UnsubscribePageView,
    },
    server::state::Facts,
};

/// The document around a page. Its language is the page's, which the frames set.
pub fn shell() -> impl IntoView {
    let facts = use_context::<Facts>().unwrap_or_default();
    // What wakes the islands is a file of our own; the few lines that Leptos puts at the end carry the nonce.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=facts.style_href.clone()/>
                <link rel="stylesheet" href=facts.brand_href.clone()/>
                <script type="module" src=facts.boot_href.clone()></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=AppsPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/launch") view=LaunchPage ssr=SsrMode::Async/>
                <Route path=path!("/groups") view=GroupsPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id") view=GroupPageView ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/invite") view=InvitePage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/members/:user/remove") view=RemovePage ssr=SsrMode::Async/>
                <Route path=path!("/guests") view=GuestsPage ssr=SsrMode::Async/>
                <Route path=path!("/guests/invite") view=InviteAnywherePage ssr=SsrMode::Async/>
                <Route path=path!("/guests/invited") view=InvitedPage ssr=SsrMode::Async/>
                <Route path=path!("/guests/confirm") view=ConfirmManyPage ssr=SsrMode::Async/>
                <Route path=path!("/guests/bulk") view=BulkPageView ssr=SsrMode::Async/>
                <Route path=path!("/guests/bulk/:id") view=BulkJobPage ssr=SsrMode::Async/>
                <Route path=path!("/guests/:id") view=GuestPageView ssr=SsrMode::Async/>
                <Route path=path!("/guests/:id/revoke") view=RevokePage ssr=SsrMode::Async/>
                <Route path=path!("/guests/:id/withdraw") view=WithdrawPage ssr=SsrMode::Async/>
                <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async/>
                <Route path=path!("/profile/leave") view=LeavePage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in/code") view=CodePage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in/problem") view=ProblemPage ssr=SsrMode::Async/>
                <Route path=path!("/redeem") view=RedeemPageView ssr=SsrMode::Async/>
                <Route path=path!("/redeem/decline") view=DeclinePage ssr=SsrMode::Async/>
                <Route path=path!("/redeem/asked") view=AskedPage ssr=SsrMode::Async/>
                <Route path=path!("/unsubscribe/:token") view=UnsubscribePageView ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
