//! Stripe's form encoding: `items[0][price]=…`, `expand[]=…`, `metadata[key]=…` as a tree.

use super::error::ApiError;

/// One node of a decoded form: a text, or named children in the order of their first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `name=text`
    Leaf(String),
    /// `name[key]=…`
    Tree(Vec<(String, Node)>),
}

impl Node {
    /// An empty tree.
    pub fn empty() -> Self {
        Self::Tree(Vec::new())
    }

    /// The children; none for a leaf.
    pub fn children(&self) -> &[(String, Node)] {
        match self {
            Self::Leaf(_) => &[],
            Self::Tree(children) => children,
        }
    }
}

/// Decodes `application/x-www-form-urlencoded` bytes (a body or a query).
pub fn parse(encoded: &[u8]) -> Result<Node, ApiError> {
    let mut root = Node::empty();
    for (key, value) in url::form_urlencoded::parse(encoded) {
        let path = split_key(&key).ok_or_else(|| malformed(&key))?;
        insert(&mut root, &path, value.into_owned()).ok_or_else(|| malformed(&key))?;
    }
    Ok(root)
}

fn malformed(key: &str) -> ApiError {
    let mut error = ApiError::invalid(format!("Invalid request: the parameter name {key} is malformed."));
    error.before_start = true;
    error
}

/// `a[b][]` → `["a", "b", ""]`.
fn split_key(key: &str) -> Option<Vec<&str>> {
    let Some(open) = key.find('[') else {
        return (!key.is_empty()).then(|| vec![key]);
    };
    let (head, mut rest) = key.split_at(open);
    let mut path = vec![head];
    while !rest.is_empty() {
        let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
        path.push(inside);
        rest = after;
    }
    (!head.is_empty() && path.len() <= 12).then_some(path)
}

fn insert(node: &mut Node, path: &[&str], value: String) -> Option<()> {
    let Node::Tree(children) = node else {
        return None;
    };
    let (&head, rest) = path.split_first()?;
    let position = position_of(children, head, rest);
    let Some((&_, _)) = rest.split_first() else {
        match position {
            Some(at) => children[at].1 = Node::Leaf(value),
            None => children.push((key_for(children, head), Node::Leaf(value))),
        }
        return Some(());
    };
    let at = position.unwrap_or_else(|| {
        children.push((key_for(children, head), Node::empty()));
        children.len() - 1
    });
    insert(&mut children[at].1, rest, value)
}

/// `[]` means a new element, except that `items[][price]=…&items[][quantity]=…` fill one element.
fn position_of(children: &[(String, Node)], head: &str, rest: &[&str]) -> Option<usize> {
    if !head.is_empty() {
        return children.iter().position(|(key, _)| key == head);
    }
    let last = children.len().checked_sub(1)?;
    let next = rest.first()?;
    let taken = children[last].1.children().iter().any(|(key, _)| key == next);
    (!taken).then_some(last)
}

fn key_for(children: &[(String, Node)], head: &str) -> String {
    if head.is_empty() { children.len().to_string() } else { head.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(text: &str) -> Node {
        Node::Leaf(text.to_owned())
    }

    #[test]
    fn nests_by_brackets() {
        let tree = parse(b"a=1&b[c]=2&b[d][0]=3&b[d][1]=4").unwrap();
        assert_eq!(
            tree,
            Node::Tree(vec![
                ("a".into(), leaf("1")),
                (
                    "b".into(),
                    Node::Tree(vec![
                        ("c".into(), leaf("2")),
                        ("d".into(), Node::Tree(vec![("0".into(), leaf("3")), ("1".into(), leaf("4"))])),
                    ])
                ),
            ])
        );
    }

    #[test]
    fn empty_brackets_append() {
        let tree = parse(b"expand[]=x&expand[]=y").unwrap();
        assert_eq!(tree.children()[0].1.children().len(), 2);
    }

    #[test]
    fn empty_brackets_fill_one_element_until_a_key_repeats() {
        let tree = parse(b"i[][p]=1&i[][q]=2&i[][p]=3").unwrap();
        let items = tree.children()[0].1.children();
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].1.children().len(), 2);
    }

    #[test]
    fn refuses_broken_names() {
        for bad in ["a[b=1", "[x]=1", "a]b[=1", "a=1&a[b]=2"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
