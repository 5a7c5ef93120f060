//! Every cell of the table, every scope, and what an object takes away.

use super::*;

const E: Reach = Reach::Everything;
const S: Reach = Reach::Shared;
const N: Reach = Reach::Nothing;

/// Written out once more, by hand: administrator, editor, viewer, user.
const TABLE: [(Right, [Reach; 4]); 12] = [
    (Right::See, [E, E, E, S]),
    (Right::Plan, [E, E, E, N]),
    (Right::Apply, [E, E, N, N]),
    (Right::Connect, [E, E, N, S]),
    (Right::Invoke, [E, E, N, S]),
    (Right::Trigger, [E, E, N, N]),
    (Right::Audit, [E, N, N, N]),
    (Right::ManageUsers, [E, N, N, N]),
    (Right::ManageApplications, [E, N, N, N]),
    (Right::BreakLease, [E, N, N, N]),
    (Right::OwnTokens, [E, E, E, E]),
    (Right::Impersonate, [E, E, N, S]),
];

fn principal(role: Role, scopes: &[TokenScope]) -> Principal {
    Principal {
        name: "ada".to_owned(),
        kind: PrincipalKind::Service,
        role,
        scopes: scopes.iter().copied().collect(),
        projects: None,
        token: "1".to_owned(),
    }
}

fn facts(shared: bool) -> ObjectFacts<'static> {
    ObjectFacts { project: Some("cold_chain"), shared, user: None }
}

#[test]
fn every_cell_of_the_table() {
    assert_eq!(TABLE.map(|(right, _)| right), Right::ALL);
    for (right, row) in TABLE {
        for (role, expected) in Role::ALL.into_iter().zip(row) {
            assert_eq!(reach(role, right), expected, "{role} {right:?}");
            let who = principal(role, &TokenScope::ALL);
            let judged = |shared| allowed(&who, right, Some(&facts(shared))).is_ok();
            assert_eq!(judged(true), expected != N, "{role} {right:?}, a shared one");
            assert_eq!(judged(false), expected == E, "{role} {right:?}, another one");
            assert_eq!(allowed(&who, right, None).is_ok(), expected != N, "{role} {right:?}, none");
        }
    }
}

#[test]
fn each_scope_is_good_for_its_rights_only() {
    use Right::*;
    let rows: [(TokenScope, &[Right]); 7] = [
        (TokenScope::Read, &[See, OwnTokens]),
        (TokenScope::Plan, &[See, Plan, OwnTokens]),
        (TokenScope::Apply, &[See, Plan, Apply, OwnTokens]),
        (TokenScope::Connect, &[See, Connect, OwnTokens]),
        (TokenScope::Invoke, &[See, Invoke, Trigger, OwnTokens]),
        (TokenScope::Admin, &[Audit, ManageUsers, ManageApplications, BreakLease, OwnTokens]),
        (TokenScope::Impersonate, &[OwnTokens, Impersonate]),
    ];
    for (scope, rights) in rows {
        let who = principal(Role::Administrator, &[scope]);
        let good: Vec<Right> = Right::ALL.into_iter().filter(|right| allowed(&who, *right, None).is_ok()).collect();
        assert_eq!(good, rights, "{scope}");
    }
    let none = principal(Role::Administrator, &[]);
    assert!(Right::ALL.into_iter().all(|right| allowed(&none, right, None).is_err()));
}

#[test]
fn a_token_for_single_projects_sees_nothing_else() {
    let limited = Principal { projects: Some(["cold_chain".to_owned()].into()), ..principal(Role::Administrator, &TokenScope::ALL) };
    let of = |project| ObjectFacts { project, ..ObjectFacts::default() };
    assert_eq!(allowed(&limited, Right::Apply, Some(&of(Some("cold_chain")))), Ok(()));
    for outside in [Some("other"), None] {
        assert_eq!(allowed(&limited, Right::See, Some(&of(outside))), Err(Denied::Hidden));
    }
    for general in [Right::Audit, Right::ManageUsers, Right::ManageApplications] {
        assert_eq!(allowed(&limited, general, None), Err(Denied::Limited { right: general }));
    }
}

#[test]
fn nobody_uses_another_person_s_authorization_without_being_made_for_it() {
    let on = |user| ObjectFacts { user: Some(user), ..facts(true) };
    let plain: Vec<TokenScope> = TokenScope::ALL.into_iter().filter(|scope| *scope != TokenScope::Impersonate).collect();
    for right in [Right::Connect, Right::Invoke] {
        for role in [Role::Administrator, Role::Editor, Role::User] {
            let person = principal(role, &plain);
            assert_eq!(allowed(&person, right, Some(&on("ada"))), Ok(()), "{role}");
            assert_eq!(allowed(&person, right, Some(&on("zoe"))), Err(Denied::NotYours { user: "zoe".to_owned() }), "{role}");
            let service = principal(role, &TokenScope::ALL);
            assert_eq!(allowed(&service, right, Some(&on("zoe"))), Ok(()), "{role}");
        }
        // The scope alone is good for nothing.
        let only = principal(Role::Administrator, &[TokenScope::Impersonate]);
        assert_eq!(allowed(&only, right, Some(&on("zoe"))), Err(Denied::Scope { right }));
    }
    // Taking one away is a matter of the connection, not of the person.
    assert_eq!(allowed(&principal(Role::Editor, &plain), Right::Apply, Some(&on("zoe"))), Ok(()));
}

#[test]
fn refusals_say_what_would_help() {
    let viewer = allowed(&principal(Role::Viewer, &TokenScope::ALL), Right::Apply, None).expect_err("a viewer changes nothing");
    assert_eq!(viewer.to_string(), "a viewer may not change this");
    let reader = allowed(&principal(Role::Editor, &[TokenScope::Read]), Right::Plan, None).expect_err("the scope is missing");
    assert_eq!(reader.to_string(), "the token is not made to plan: that takes the scope `plan` or `apply`");
}

#[test]
fn words_read_back() {
    for role in Role::ALL {
        assert_eq!(role.word().parse(), Ok(role));
        assert_eq!(serde_json::to_value(role).expect("a word"), role.word());
    }
    for scope in TokenScope::ALL {
        assert_eq!(scope.word().parse(), Ok(scope));
        assert_eq!(serde_json::to_value(scope).expect("a word"), scope.word());
    }
    for right in Right::ALL {
        assert_eq!(serde_json::to_value(right).expect("a word"), right.word());
    }
    let unknown = "root".parse::<Role>().expect_err("no role");
    assert_eq!(unknown.to_string(), "`root` is none of administrator, editor, viewer, user");
}
