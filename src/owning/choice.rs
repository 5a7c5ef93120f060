//! Which live objects are taken in: those that were named, or all that can be, with what they need.

use super::proof::Refused;
use crate::resource::{Address, Live, Observed, Project};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be taken in.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// By name; none means everything that can be.
    pub addresses: BTreeSet<Address>,
    /// The project that owns it until now; `None` is nobody.
    pub from: Option<String>,
    /// What cannot be declared, as was found out meanwhile: it stays, and so does what needs it.
    pub but: BTreeSet<Address>,
}

/// What will be taken in.
#[derive(Debug, Default)]
pub struct Choice {
    /// Live, and not declared yet: each gets a declaration.
    pub undeclared: BTreeSet<Address>,
    /// Live and declared already: they need an entry of `adopt` alone.
    pub declared: BTreeSet<Address>,
    /// Declared, and said to be taken over, but not yet taken over.
    pub said: BTreeSet<Address>,
    /// Not taken, because `forget` lets go of it and nobody named it in particular.
    pub forgotten: BTreeSet<Address>,
    /// Not named, and taken along because something named needs it.
    pub along: BTreeSet<Address>,
    /// Not taken, though nobody named them in particular.
    pub left: Vec<Left>,
    /// Whose all of it is until then.
    pub from: Option<String>,
}

impl Choice {
    pub fn is_empty(&self) -> bool {
        self.undeclared.is_empty() && self.declared.is_empty()
    }

    /// Everything, in order.
    pub fn all(&self) -> BTreeSet<&Address> {
        self.undeclared.iter().chain(&self.declared).collect()
    }
}

/// Something that stays where it is, because of something that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub address: Address,
    pub needs: Address,
    pub owner: Option<String>,
}

/// Chooses among what is live.
///
/// # Errors
/// When something that was named cannot be taken in.
pub(super) fn choose(project: &Project, observed: &Observed, asked: &Asked) -> Result<Choice, Refused> {
    let may_be = |address: &Address, live: &Live| live.owner == asked.from && !asked.but.contains(address);
    let adoptable: BTreeMap<&Address, &Live> = observed.objects.iter().filter(|(address, live)| may_be(address, live)).collect();
    let mut choice = Choice { from: asked.from.clone(), ..Choice::default() };
    let mut chosen = if asked.addresses.is_empty() {
        let all: BTreeSet<Address> = adoptable.keys().map(|address| (*address).clone()).collect();
        choice.forgotten = all.intersection(&project.forgotten).cloned().collect();
        all.difference(&project.forgotten).cloned().collect()
    } else {
        named(project, observed, &asked.addresses, &adoptable)?
    };
    while let Some((address, needs)) = unmet(project, observed, &chosen) {
        let is_free = adoptable.contains_key(&needs) && (!asked.addresses.is_empty() || !project.forgotten.contains(&needs));
        match (is_free, asked.addresses.is_empty()) {
            (true, _) => {
                choice.along.insert(needs.clone());
                chosen.insert(needs);
            }
            (false, true) => {
                chosen.remove(&address);
                choice.left.push(Left { owner: owner(observed, &needs), address, needs });
            }
            (false, false) => return Err(Refused::Needs(Left { owner: owner(observed, &needs), address, needs })),
        }
    }
    let is_said = |address: &Address| project.adopted.get(address) == Some(&asked.from);
    for address in chosen {
        match project.resources.contains_key(&address) {
            true if is_said(&address) => drop(choice.said.insert(address)),
            true => drop(choice.declared.insert(address)),
            false => drop(choice.undeclared.insert(address)),
        }
    }
    choice.left.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(choice)
}

fn named(
    project: &Project,
    observed: &Observed,
    addresses: &BTreeSet<Address>,
    adoptable: &BTreeMap<&Address, &Live>,
) -> Result<BTreeSet<Address>, Refused> {
    for address in addresses {
        match observed.objects.get(address) {
            None => {
                let known = adoptable.keys().map(|address| (*address).clone()).collect();
                return Err(Refused::NotLive { address: address.clone(), known });
            }
            Some(live) if live.owner.as_ref() == Some(&project.name) => return Err(Refused::Owned { address: address.clone() }),
            Some(_) if adoptable.contains_key(address) => {}
            Some(live) => return Err(Refused::OwnedElsewhere { address: address.clone(), owner: live.owner.clone() }),
        }
    }
    Ok(addresses.clone())
}

/// Something chosen that needs a live object which is neither declared nor chosen. What is not live is a default service, or
/// for the compiler to complain about.
fn unmet(project: &Project, observed: &Observed, chosen: &BTreeSet<Address>) -> Option<(Address, Address)> {
    let undeclared = chosen.iter().filter(|address| !project.resources.contains_key(*address));
    let missing =
        |needs: &Address| observed.objects.contains_key(needs) && !project.resources.contains_key(needs) && !chosen.contains(needs);
    undeclared.filter_map(|address| Some((address, observed.objects.get(address)?))).find_map(|(address, live)| {
        let needs = live.resource.links().into_iter().map(|(needs, _)| needs).find(missing)?;
        Some((address.clone(), needs))
    })
}

fn owner(observed: &Observed, address: &Address) -> Option<String> {
    observed.objects.get(address).and_then(|live| live.owner.clone())
}
