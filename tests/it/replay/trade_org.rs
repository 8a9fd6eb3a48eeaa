//! The life of a subcontractor's company in a ledger of its own: every stage of its users and of those who
//! ask to join.

use super::bring_up;
use crate::support::{Account, apply, email, name};
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand as Org};
use domain::{
    AccountId, Actor, Authority, Command, CompanyName, JoinRequestId, LedgerId, OrgId, PersonId,
    SubUserId, SubcontractorId, TokenId,
};
use event_store::{EventStore, Submission};

fn who(first: &str) -> NewSubUser {
    let address = format!("{}@ridge.example", first.to_lowercase());
    NewSubUser { first_name: name(first), last_name: name("Ridge"), email: email(&address) }
}

/// Lives it, and tells whose ledger it is.
pub(super) async fn lives(store: &EventStore, account: &Account) -> LedgerId {
    let org = OrgId(account.uuid());
    let [orla, gil, ina, uwe] = std::array::from_fn(|_| SubUserId(account.uuid()));
    store.ensure_ledger(org.into(), "subcontractor_org").await.expect("a ledger");
    let person = || PersonId(account.uuid());
    let token = || TokenId(account.uuid());
    let company = |text| CompanyName::parse(text).expect("a name");
    let subcontractor = SubcontractorId(account.uuid());
    let [let_in, turned_away] = std::array::from_fn(|_| JoinRequestId(account.uuid()));
    let (joins, link) = (token(), AccountId(account.ledger.0));
    let commands = [
        Org::Create { name: company("Ridge"), user: orla, who: who("Orla"), person: person() },
        Org::Rename(company("Ridge & Söhne")),
        Org::LinkGeneralContractor { account: link, subcontractor },
        Org::InviteUser { user: gil, who: who("Gil"), token: joins },
        Org::InviteUser { user: ina, who: who("Ina"), token: token() },
        Org::ResendUserInvite { user: ina, token: token() },
        Org::InviteUser { user: uwe, who: who("Uwe"), token: token() },
        Org::CancelUserInvite(uwe),
        Org::JoinByInvite { user: gil, token: joins, person: person() },
        Org::RequestToJoin { request: let_in, who: who("Tea"), person: person() },
        Org::ApproveJoin(let_in),
        Org::RequestToJoin { request: turned_away, who: who("Max"), person: person() },
        Org::RejectJoin(turned_away),
        Org::RemoveUser(gil),
    ];
    for command in commands {
        let secret = command.makes_secret();
        // Whoever comes does so as themselves.
        let by = if let Org::JoinByInvite { user, .. } = &command {
            *user
        } else if let Org::RequestToJoin { request, .. } = &command {
            (*request).into()
        } else {
            orla
        };
        let mut submission = account.staff(Command::SubcontractorOrg(org, command));
        submission = Submission::new(org.into(), submission.command, submission.circumstances);
        submission.circumstances.actor = Actor::SubUser(by);
        submission.circumstances.authority = Authority::SubUser { org, user: by };
        if secret {
            submission = submission.with_secret().expect("random bytes");
        }
        apply(store, submission).await;
    }
    bring_up(store, &[org.into()]).await;
    org.into()
}
