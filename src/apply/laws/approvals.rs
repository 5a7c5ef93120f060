//! What holds of plans that are approved in part: what is left can be carried out whole, and nothing else happens.

use super::worlds::{Tape, fingerprints, observed, project};
use super::{applied, outline, planned, standing};
use crate::apply::fake::FakeRemote;
use crate::plan::{Approval, ApprovalError, PlanOptions, approve};
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_part_of_a_plan_can_be_carried_out_and_the_rest_is_untouched(
        bytes in prop::collection::vec(any::<u8>(), 400), picks in prop::collection::vec(any::<bool>(), 40), safe in any::<bool>(),
    ) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let options = PlanOptions { allow_empty: true, ..PlanOptions::default() };
        let made = planned(&project, &live, &fingerprints(&project), &options);
        let chosen: BTreeSet<String> =
            made.changes.iter().zip(&picks).filter(|(_, picked)| **picked).map(|(change, _)| change.address.to_string()).collect();
        let approved = match approve(&made, &if safe { Approval::Safe } else { Approval::Only(chosen.clone()) }) {
            Ok(approved) => approved,
            Err(ApprovalError::Needs { whole, .. }) => {
                let whole: BTreeSet<String> = whole.iter().map(ToString::to_string).collect();
                prop_assert!(chosen.is_subset(&whole));
                approve(&made, &Approval::Only(whole)).expect("the error named all that is needed")
            }
            Err(error @ ApprovalError::Unknown { .. }) => panic!("{error}"),
        };
        let kept: BTreeSet<String> = approved.plan.changes.iter().map(|change| change.address.to_string()).collect();
        prop_assert!(safe || chosen.is_subset(&kept));
        prop_assert!(!safe || approved.plan.changes.iter().all(|change| change.refused.is_some() || change.hazards.is_empty()));
        prop_assert_eq!(kept.len() + approved.left_out.len(), made.changes.len());
        let end = applied(&approved.plan, &FakeRemote::new(&project, &live), 1);
        let (before, after) = (standing(&live), standing(&end));
        for left_out in &approved.left_out {
            // A webhook's state follows its connection's by itself; what was written does not.
            let body = |all: &super::Standing| all.get(&left_out.address).map(|(body, owner, _)| (body.clone(), owner.clone()));
            prop_assert_eq!(body(&before), body(&after), "{} {}", left_out.id, outline(&made));
        }
    }
}

#[test]
fn an_unknown_change_is_an_error() {
    let (project, made) = super::small();
    assert!(!project.resources.is_empty());
    let error = approve(&made, &Approval::Only(["c99".to_owned()].into())).expect_err("there are not so many");
    assert!(matches!(error, ApprovalError::Unknown { name, known } if name == "c99" && known.contains(&"c1".to_owned())));
}
