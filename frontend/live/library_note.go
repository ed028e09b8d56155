package live

import "errors"

// note makes sure that what clients are about to be told outlives this process.
func (l *library) note(d *document) error {
	return errors.Join(l.noteOutputs(d), l.noteHistory(d))
}

func (l *library) noteOutputs(d *document) error {
	l.noting.RLock()
	defer l.noting.RUnlock()
	path, o := d.takeUnnoted()
	if l.store == nil || path == "" || len(o.Cells) == 0 {
		return nil
	}
	err := l.store.NoteOutputs(path, o)
	if err != nil {
		d.markUnnoted(o)
	}
	return err
}

func (l *library) noteHistory(d *document) error {
	l.noting.RLock()
	defer l.noting.RUnlock()
	path, entries := d.takeHistory()
	if l.store == nil || path == "" {
		return nil
	}
	for i, e := range entries {
		if err := l.store.NoteHistory(path, e); err != nil {
			d.returnHistory(len(entries) - i)
			return err
		}
	}
	return nil
}
