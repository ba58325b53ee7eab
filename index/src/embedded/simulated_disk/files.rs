//! The data directory on a simulated disk, and its store.

use std::io;
use std::path::PathBuf;

use redb::{Builder, Database, StorageBackend};
use tantivy::Directory;

use super::index::IndexFolder;
use super::{Change, Lie, Power, file};
use crate::Result;
use crate::embedded::files::Files;
use crate::embedded::in_memory::in_memory;

impl Files for Power {
    fn path(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn bytes(&self, name: &str) -> Result<Option<u64>> {
        let state = self.read()?;
        Ok(state.names.now.get(name).map(|file| state.files[file].now.len() as u64))
    }

    fn size(&self) -> Result<u64> {
        let state = self.read()?;
        Ok(state.files.values().map(|file| file.now.len() as u64).sum())
    }

    fn store(&self, name: &str, how: &mut Builder) -> Result<Database> {
        let known = self.read()?.names.now.get(name).copied();
        let file = match known {
            Some(file) => file,
            None => self.change(|state| Ok(state.create(name)))?,
        };
        Ok(how.create_with_backend(StoreFile { power: self.clone(), file })?)
    }

    fn read_only(&self) -> bool {
        self.read().is_ok_and(|state| state.refuses[0] == Some(io::ErrorKind::ReadOnlyFilesystem))
    }

    fn store_to_read(&self, name: &str, how: &Builder) -> Result<Database> {
        let known = self.read()?.names.now.get(name).copied();
        let file = known.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        in_memory(Box::new(StoreFile { power: self.clone(), file }), false, how)
    }

    fn index(&self, folder: &str) -> Result<Box<dyn Directory>> {
        Ok(Box::new(IndexFolder::of(self.clone(), folder)))
    }

    fn list(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let names = self.in_folder(folder)?;
        Ok(names.iter().map(|name| PathBuf::from(&name[folder.len() + 1..])).collect())
    }

    fn writable(&self, _folder: &str) -> Result<()> {
        Ok(self.read()?.refuses[1].map_or(Ok(()), |fault| Err(io::Error::from(fault)))?)
    }

    fn empty(&self, folder: &str) -> Result<()> {
        self.remove(folder)
    }

    fn remove(&self, name: &str) -> Result<()> {
        let mut names = self.in_folder(name)?;
        names.push(name.to_owned());
        for name in names {
            if self.read()?.names.now.contains_key(&name) {
                self.change(|state| {
                    state.names.change(vec![(name, None)]);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let mut names = self.in_folder(from)?;
        names.push(from.to_owned());
        Ok(self.change(|state| {
            let mut renamed = Vec::new();
            for name in names {
                if let Some(&file) = state.names.now.get(&name) {
                    renamed.push((format!("{to}{}", &name[from.len()..]), Some(file)));
                    renamed.push((name, None));
                }
            }
            state.names.change(renamed);
            Ok(())
        })?)
    }

    fn sync(&self) -> Result<()> {
        Ok(Power::sync(self, Lie::Names, |state| state.names.sync(""))?)
    }
}

/// The file of a store.
#[derive(Debug)]
struct StoreFile {
    power: Power,
    file: u64,
}

impl StorageBackend for StoreFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.power.read()?.files[&self.file].now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.power.read()?;
        let (file, at) = (&state.files[&self.file].now, offset as usize);
        let bytes = file.get(at..at + out.len()).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.power.change(|state| {
            file(state, self.file)?.change(Change::Length(len as usize));
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.power.sync(Lie::Files, |state| {
            if let Ok(file) = file(state, self.file) {
                file.sync();
            }
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.power.change(|state| {
            file(state, self.file)?.change(Change::Bytes(offset as usize, data.to_vec()));
            Ok(())
        })
    }
}
