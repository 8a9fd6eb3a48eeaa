//! Domains at which anybody can have an address: two people there need not be of one company (H9).

/// The well-known ones, in order.
const WELL_KNOWN: [&str; 40] = [
    "163.com",
    "aol.com",
    "att.net",
    "bellsouth.net",
    "btinternet.com",
    "comcast.net",
    "cox.net",
    "email.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "sbcglobal.net",
    "verizon.net",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// Whether anybody can have an address at this domain, in its normal form.
pub(crate) fn is_free(domain: &str) -> bool {
    WELL_KNOWN.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EmailAddress;

    #[test]
    fn the_list_is_in_order_and_names_each_domain_once() {
        assert!(WELL_KNOWN.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn a_company_is_told_by_its_domain_and_not_by_a_free_mail_service() {
        let email = |typed| EmailAddress::parse(typed).expect("an address");
        assert!(email("Ann@GMail.com").is_free_mail());
        let company = email("ann@Ridge-Roofing.example");
        assert!(!company.is_free_mail());
        assert_eq!(company.domain(), "ridge-roofing.example");
    }
}
