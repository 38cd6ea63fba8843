//! Quotes of a uklink line: text has them, numbers and dates do not, as the writer has it. A reader
//! takes either, so this is a matter of style; the bytes of the cells stay.

use flagflow_check::FileFormat;
use flagflow_gas::{FieldKind, Layout};

use super::piece::{Spec, pieces};

/// Returns the line quoted as the writer does it, where it is not.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let FileFormat::Gas(Layout::Uklink) = shape else { return None };
    let cells: Vec<Vec<u8>> = pieces(line, shape)?
        .iter()
        .map(|piece| match piece.spec {
            Spec::Gas(spec, _) if spec.kind == FieldKind::Text => {
                [b"\"", piece.bytes, b"\""].concat()
            }
            _ => piece.bytes.to_vec(),
        })
        .collect();
    Some(cells.join(&b","[..])).filter(|fixed| fixed != line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_and_nothing_else() {
        let shape = FileFormat::Gas(Layout::Uklink);
        let canonical = b"\"E46\",\"AC\",0123409,\"A\",20211105";
        for line in ["E46,AC,0123409,A,20211105", "E46,\"AC\",\"0123409\",\"A\",\"20211105\""] {
            assert_eq!(fix(line.as_bytes(), shape).unwrap(), canonical);
        }
        assert_eq!(fix(canonical, shape), None);
        assert_eq!(fix(b"E46,\"AC,0123409,A,20211105", shape), None);
    }
}
