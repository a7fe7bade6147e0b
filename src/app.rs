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
        app::{
            about::AppPageView,
            add::AppAddPage,
            confirm::{AppOffPage, AppRemoveApproverPage, AppRemoveGroupPage, AppRemoveOwnerPage, AppRemovePersonPage},
            history::AppHistoryPage,
            managed::ManagedAppsPage,
            new::NewAppPage,
            people::AppPeoplePage,
            person::AppPersonView,
            settings::AppSettingsPage,
            sign_in::{AppSignInPage, DeleteSecretPage, NewSecretPage},
            sign_ins::AppSignInsPage,
            test::TestSignInPage,
        },
        apps::AppsPage,
        ask::AskedPage,
        bulk::BulkPageView,
        bulk_job::BulkJobPage,
        catalogue::CataloguePage,
        code::CodePage,
        collection::{CollectionPageView, DeleteCollectionPage, SharedCollectionPage},
        collections::{CollectionsPage, SharedCollectionsPage},
        decline::DeclinePage,
        group::GroupPageView,
        group_add::AddMemberPage,
        group_confirm::{DeleteGroupPage, LeaveGroupPage, RemoveOwnerPage, RemoveSeveralPage},
        group_history::GroupHistoryPage,
        group_new::NewGroupPage,
        group_settings::GroupSettingsPage,
        groups::GroupsPage,
        groups_deleted::DeletedGroupsPage,
        guest::GuestPageView,
        guest_confirm::{ConfirmManyPage, RevokePage, WithdrawPage},
        guests::GuestsPage,
        invite::{InviteAnywherePage, InvitePage},
        invited::InvitedPage,
        join::{JoinPage, RequestAppPage},
        launch::LaunchPage,
        leave::LeavePage,
        membership::MembershipPageView,
        message::NotFoundPage,
        no_access::NoAccessPage,
        notices::NoticesPage,
        problem::ProblemPage,
        profile::ProfilePage,
        redeem::RedeemPageView,
        remove::RemovePage,
        request::RequestPageView,
        requests::RequestsPage,
        rule::{NewDynamicGroupPage, RulePageView},
        rule_confirm::{ConfirmRulePage, EndRulePage},
        sign_in::SignInPage,
        sign_ins::{AllSignInsPage, MySignInsPage},
        sign_out::SignOutPage,
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
                <Route path=path!("/apps/managed") view=ManagedAppsPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/new") view=NewAppPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id") view=AppPageView ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/people") view=AppPeoplePage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/people/add") view=AppAddPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/people/:user") view=AppPersonView ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/people/:user/remove") view=AppRemovePersonPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/groups/:group/remove") view=AppRemoveGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/owners/:user/remove") view=AppRemoveOwnerPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/approvers/:user/remove") view=AppRemoveApproverPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/settings") view=AppSettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/sign-in") view=AppSignInPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/secret") view=NewSecretPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/secrets/:secret/delete") view=DeleteSecretPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/sign-ins") view=AppSignInsPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/test") view=TestSignInPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/off") view=AppOffPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/history") view=AppHistoryPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/launch") view=LaunchPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/no-access") view=NoAccessPage ssr=SsrMode::Async/>
                <Route path=path!("/apps/:id/request") view=RequestAppPage ssr=SsrMode::Async/>
                <Route path=path!("/catalogue") view=CataloguePage ssr=SsrMode::Async/>
                <Route path=path!("/collections") view=CollectionsPage ssr=SsrMode::Async/>
                <Route path=path!("/collections/:id") view=CollectionPageView ssr=SsrMode::Async/>
                <Route path=path!("/collections/:id/delete") view=DeleteCollectionPage ssr=SsrMode::Async/>
                <Route path=path!("/admin/collections") view=SharedCollectionsPage ssr=SsrMode::Async/>
                <Route path=path!("/admin/collections/:id") view=SharedCollectionPage ssr=SsrMode::Async/>
                <Route path=path!("/groups") view=GroupsPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/new") view=NewGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/deleted") view=DeletedGroupsPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id") view=GroupPageView ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/add") view=AddMemberPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/delete") view=DeleteGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/history") view=GroupHistoryPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/leave") view=LeaveGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/members/remove") view=RemoveSeveralPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/members/:user") view=MembershipPageView ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/owners/:user/remove") view=RemoveOwnerPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/settings") view=GroupSettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/new/dynamic") view=NewDynamicGroupPage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/rule") view=RulePageView ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/rule/confirm") view=ConfirmRulePage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/rule/end") view=EndRulePage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/invite") view=InvitePage ssr=SsrMode::Async/>
                <Route path=path!("/groups/:id/join") view=JoinPage ssr=SsrMode::Async/>
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
                <Route path=path!("/notices") view=NoticesPage ssr=SsrMode::Async/>
                <Route path=path!("/requests") view=RequestsPage ssr=SsrMode::Async/>
                <Route path=path!("/requests/:id") view=RequestPageView ssr=SsrMode::Async/>
                <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async/>
                <Route path=path!("/profile/sign-ins") view=MySignInsPage ssr=SsrMode::Async/>
                <Route path=path!("/admin/sign-ins") view=AllSignInsPage ssr=SsrMode::Async/>
                <Route path=path!("/profile/leave") view=LeavePage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-out") view=SignOutPage ssr=SsrMode::Async/>
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
