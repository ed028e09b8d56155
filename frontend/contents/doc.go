// Package contents serves the documents and files below one folder in the
// words of Jupyter's contents interface, without HTTP.
//
// All access goes through one os.Root: no path, encoded in whatever way, and no
// symbolic link leads out of the folder. What is hidden (a name that starts
// with a dot) does not exist for clients.
//
// Documents are served as nbformat 4.5 JSON. A .wnb file is text: the outputs
// that clients see in it come from a [Outputs] provider and go back to it on a
// save; they are never in the file. An .ipynb file is what it is on the disk.
// last_modified and hash are those of the file's bytes, so that new outputs do
// not make a client believe that somebody changed the file.
//
// Nothing is lost by a save: writes are atomic, the version that a save
// overwrites is kept as a checkpoint, and so is a version that is refused
// because it does not build on what is there. Checkpoints lie in a folder of
// their own, never beside the file, and are limited in number and size.
//
// Deleting follows Jupyter Server without a trash: files go with their
// checkpoints, folders only when they are empty.
package contents
