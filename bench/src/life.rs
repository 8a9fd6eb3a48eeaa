//! The life of one contact: ten commands, the same for every contestant.

use anyhow::Result;
use domain::contact::{AcceptProof, ContactCommand, ContactDetails, InfoEdit, InviteIds};
use domain::{
    Actor, ApiKeyId, Authority, Channel, Circumstances, ContactId, EmailAddress, InvitationId,
    PersonId, PersonName, PhoneNumber, PostalAddress, Reason, TokenId,
};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;
use uuid::Uuid;

/// How many commands a life has.
pub(crate) const STEPS: usize = 10;

/// The edits come here.
pub(crate) const FIRST_EDIT: usize = 4;

/// The builder's key that gives the commands.
const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(0x0b5e_55ed));

/// Parsing a phone number takes longer than some of the commands that are measured.
static PHONE: LazyLock<Option<PhoneNumber>> =
    LazyLock::new(|| PhoneNumber::parse("+1 212 555 0142").ok());

/// One contact to be.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) contact: ContactId,
    pub(crate) person: PersonId,
    pub(crate) invite: InviteIds,
}

impl Life {
    pub(crate) fn new() -> Self {
        Self {
            contact: ContactId(Uuid::now_v7()),
            person: PersonId(Uuid::now_v7()),
            invite: InviteIds {
                invitation: InvitationId(Uuid::now_v7()),
                token: TokenId(Uuid::now_v7()),
            },
        }
    }

    /// The address of this contact alone.
    pub(crate) fn email(&self) -> String {
        format!("{}@example.org", self.contact.0.simple())
    }

    /// The command of a step, 0 to 9. An edit's event is about 300 bytes of JSON.
    pub(crate) fn command(&self, step: usize) -> Result<ContactCommand> {
        Ok(match step {
            0 => ContactCommand::Create(ContactDetails {
                title: None,
                name: PersonName::parse("Ada and Charles Babbage-Lovelace")?,
                primary_email: None,
                additional_emails: Vec::new(),
                phones: PHONE.iter().cloned().collect(),
                address: Some(address(step)?),
            }),
            1 => ContactCommand::EditInfo(InfoEdit {
                primary_email: Some(EmailAddress::parse(&self.email())?),
                ..InfoEdit::default()
            }),
            2 => ContactCommand::SendInvite(self.invite),
            3 => ContactCommand::AcceptInvite {
                token: self.invite.token,
                person: self.person,
                proof: AcceptProof::Link,
            },
            4..=8 => ContactCommand::EditInfo(InfoEdit {
                address: Some(Some(address(step)?)),
                ..InfoEdit::default()
            }),
            _ => ContactCommand::DeactivateOwner,
        })
    }

    /// Who gives the command of a step.
    pub(crate) fn circumstances(&self, step: usize) -> Result<Circumstances> {
        let own = (3..=8).contains(&step);
        let (actor, authority) = if own {
            (Actor::Owner(self.person), Authority::Owner)
        } else {
            (Actor::BuilderStaff(KEY), Authority::admin())
        };
        let reason = (step == 9).then(|| Reason::parse("The house is sold.")).transpose()?;
        Ok(Circumstances {
            actor,
            authority,
            acting_as: None,
            channel: if own { Channel::Portal } else { Channel::Api },
            client: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 17))),
            correlation: Uuid::now_v7(),
            causation: None,
            reason,
        })
    }
}

/// An address of its own for each step.
pub(crate) fn address_text(step: usize) -> String {
    format!(
        "{step} Difference Engine Lane, third floor, bell on the left\n\
         Springfield Gardens, NY 1141{step}"
    )
}

fn address(step: usize) -> Result<PostalAddress> {
    Ok(PostalAddress::parse(&address_text(step))?)
}
