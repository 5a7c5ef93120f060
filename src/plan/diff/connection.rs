//! What differs between two connections.

use super::fields::Fields;
use crate::resource::Connection;

pub(super) fn compare(fields: &mut Fields<'_>, before: &Connection, after: &Connection) {
    let Connection { name, description, service, scopes, use_login_user_credentials, credentials, parameters, depends_on, protect } =
        before;
    fields.plain(&["name"], name, &after.name);
    fields.text(&["description"], description, &after.description);
    fields.plain(&["service"], service, &after.service);
    fields.scopes(scopes, &after.scopes);
    fields.plain(&["use_login_user_credentials"], use_login_user_credentials, &after.use_login_user_credentials);
    fields.values(&["credentials"], credentials, &after.credentials);
    fields.map(&["parameters"], parameters, &after.parameters);
    fields.bookkeeping((depends_on, *protect), (&after.depends_on, after.protect));
}
