//! What of a plan is approved: by whom is the command line's matter, which changes is the plan's.

use crate::apply::PlanFile;
use crate::cli::args::{AutoApprove, CarryingOut};
use crate::cli::exit::Exit;
use crate::cli::report::plan_text;
use crate::cli::talk::{Failure, Talk};
use crate::diag::nearest;
use crate::plan::{Approval, ApprovalError, Approved, approve};
use crate::resource::Address;

/// Without a terminal nobody can answer: said before any work is done. `expected` says whether the plan is known by its id.
pub(super) fn must_be_able_to_ask(args: &CarryingOut, expected: bool, talk: &Talk<'_>) -> Result<(), Failure> {
    if args.auto_approve.is_some() || expected || talk.can_ask() {
        return Ok(());
    }
    let named: Vec<&String> = args.approve.iter().filter(|name| name.parse::<Address>().is_err()).collect();
    match named.first() {
        // Approved by name, and names mean the same in every plan.
        None if !args.approve.is_empty() => Ok(()),
        None => Err(Failure::new(Exit::Usage, "nobody can be asked for approval here")
            .hint("approve beforehand with `--auto-approve`, or apply a saved plan")),
        Some(id) => Err(Failure::new(Exit::Usage, format!("`{id}` means a change of one plan, and which plan is not said"))
            .hint("say `--expect` with that plan's id, or apply a saved plan; an address means the same in every plan")),
    }
}

/// Whether somebody has to be asked still.
pub(super) fn asks(args: &CarryingOut, expected: bool, talk: &Talk<'_>) -> bool {
    args.auto_approve.is_none() && !expected && (args.approve.is_empty() || talk.can_ask())
}

/// The plan without what is not approved; says what is left out.
pub(super) fn narrow(file: &PlanFile, args: &CarryingOut, talk: &mut Talk<'_>) -> Result<Approved, Failure> {
    let approval = match args.auto_approve {
        Some(AutoApprove::Safe) => Approval::Safe,
        _ if !args.approve.is_empty() => Approval::Only(args.approve.iter().cloned().collect()),
        Some(AutoApprove::All) | None => Approval::All,
    };
    let approved = approve(&file.plan, &approval).map_err(refused)?;
    if !approved.left_out.is_empty() {
        let mut page = talk.aside_page();
        plan_text::left_out(&approved.left_out, &mut page);
        talk.aside(&page.into_text());
    }
    Ok(approved)
}

/// How an apply ends that left something out: what is approved by name is all that was asked for, what is not safe remains.
pub(super) fn remains(args: &CarryingOut, approved: &Approved) -> bool {
    args.auto_approve == Some(AutoApprove::Safe) && !approved.left_out.is_empty()
}

fn refused(error: ApprovalError) -> Failure {
    let failure = Failure::new(Exit::Usage, error.to_string());
    match &error {
        ApprovalError::Unknown { name, known } => match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("the plan names every change in front of its address"),
        },
        ApprovalError::Needs { whole, .. } => {
            failure.hint(format!("to approve all of it: --approve {}", whole.iter().map(Address::to_string).collect::<Vec<_>>().join(",")))
        }
    }
}
