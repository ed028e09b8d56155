package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// execute answers an execute_request, from busy to idle.
func (s *Session) execute(j job) {
	s.out.status(j.msg.Header, protocol.Busy)
	dropped := s.answerExecute(j)
	s.publishView()
	s.publishGraph(j.msg.Header)
	s.out.status(j.msg.Header, protocol.Idle)
	s.abort(dropped)
}

// answerExecute runs the code and sends the reply. It gives the requests that
// its failure takes with it: those that waited before the client could know.
func (s *Session) answerExecute(j job) (dropped []job) {
	st := &s.state
	if strings.TrimSpace(j.req.Code) == "" {
		s.out.reply(j.msg, protocol.ExecuteReply{ExecutionCount: st.count})
		return nil
	}
	if !j.req.Silent && j.req.StoreHistory {
		st.count++
		s.remember(j.req.Code, st.count)
	}
	if !j.req.Silent {
		s.out.publish(j.msg.Header, "", protocol.ExecuteInput{Code: j.req.Code, ExecutionCount: st.count})
	}
	st.observer.begin(j, st.count)
	var err error
	s.interruptible(func(ctx context.Context) { err = s.run(ctx, j) })
	st.observer.end()
	if err != nil {
		if j.req.StopOnError {
			dropped = s.drop()
		}
		s.refuse(j, err)
		return dropped
	}
	s.out.reply(j.msg, protocol.ExecuteReply{
		ExecutionCount: st.count, UserExpressions: s.expressions(j.req.UserExpressions),
	})
	return nil
}

// refuse sends an error, as output and as reply.
func (s *Session) refuse(j job, err error) {
	e := failure(err)
	if !j.req.Silent {
		s.out.publish(j.msg.Header, "", protocol.Error{EName: e.EName, EValue: e.EValue, Traceback: e.Traceback})
	}
	s.out.reply(j.msg, protocol.ExecuteReply{Outcome: e, ExecutionCount: s.state.count})
}

// failure is an error in the protocol's words.
func failure(err error) protocol.Outcome {
	var e *lang.Error
	if errors.As(err, &e) {
		return protocol.Outcome{Status: protocol.Failed, EName: string(e.Kind), EValue: e.Msg, Traceback: e.Details()}
	}
	return protocol.Outcome{Status: protocol.Failed, EName: string(lang.KindRuntime), EValue: err.Error(), Traceback: []string{err.Error()}}
}

// run runs the code of a request: as a cell, or as a console entry.
func (s *Session) run(ctx context.Context, j job) error {
	st := &s.state
	md, err := protocol.DecodeMetadata(j.msg)
	if err != nil {
		return err
	}
	st.remove(md.DeletedCells)
	if md.CellID == "" {
		return s.entry(ctx, j)
	}
	id := st.id(md.CellID)
	if err := st.put(id, j.req.Code); err != nil {
		return err
	}
	st.of(id).request = j.msg.Header
	if err := s.prepare(ctx, id); err != nil {
		return err
	}
	c := st.notebook.Cell(id)
	if c == nil { // Markdown or raw
		return nil
	}
	if old := st.of(id); old.result != nil && old.stale == "" && !c.Always && st.executor.Unchanged(ctx, old.result) {
		st.observer.replay(old.result)
		return nil
	}
	return s.runCell(ctx, c, false)
}

// prepare brings the cells that a cell needs up to date.
func (s *Session) prepare(ctx context.Context, id string) error {
	st := &s.state
	if st.executor.FilesChanged() {
		st.use(st.builtins, s.kernelOptions())
		st.refresh()
	}
	needed, err := st.ancestors(id)
	if err != nil {
		return err
	}
	for _, c := range needed {
		if p := st.problem(c.ID); p != nil {
			return p
		}
		if st.usable(ctx, c.ID) {
			continue
		}
		if err := s.runCell(ctx, c, true); err != nil {
			var e *lang.Error
			if errors.As(err, &e) && e.Kind == lang.KindInterrupt {
				return err
			}
			return &lang.Error{Kind: lang.KindRuntime, Cell: id, Msg: fmt.Sprintf("cell %s, which this cell needs, failed", c.ID), Hint: err.Error()}
		}
	}
	if p := st.problem(id); p != nil {
		return p
	}
	return nil
}

// usable tells whether what a cell gave can be read as it is: nothing that it
// was made of is another one now, or nobody wants to know.
func (st *state) usable(ctx context.Context, id string) bool {
	old := st.of(id)
	switch {
	case old.result == nil:
		return false
	case st.mode == Off && old.result.Err == nil:
		return true
	}
	return old.stale == "" && st.executor.Holds(ctx, old.result)
}

// runCell runs a cell with what the others gave. rerun: nobody asked for this
// cell now, so its outputs replace what it showed.
func (s *Session) runCell(ctx context.Context, c *kernel.Cell, rerun bool) error {
	st := &s.state
	own := st.of(c.ID)
	if c.Disabled || c.Lang == notebooks.Python {
		return fmt.Errorf("cell %s does not run: it is disabled or in Python", c.ID)
	}
	if rerun {
		st.observer.rerun(c.ID, own.request, st.count)
		defer st.observer.back()
	}
	values, inputs := st.values(c.ID)
	defer s.whileRunning(own.request, c.ID)()
	res := st.executor.Run(ctx, st.notebook, c, values)
	st.generation++
	own.result, own.source, own.inputs, own.generation = res, c.Source, inputs, st.generation
	own.awaited = false
	if own.code = ""; c.Program != nil {
		own.code = c.Program.Canonical()
	}
	st.refresh()
	noted := s.tell(res)
	if res.Err != nil {
		if rerun {
			st.observer.fail(res.Err)
		}
		return res.Err
	}
	return noted
}

// rerunOne runs the first cell that is to run again; false if there is none.
func (s *Session) rerunOne() bool {
	st := &s.state
	for _, c := range st.notebook.Cells {
		if !s.rerunsNow(c) {
			continue
		}
		needed, err := st.ancestors(c.ID)
		if err != nil || !s.ready(needed) {
			continue
		}
		own := st.cells[c.ID]
		s.out.status(own.request, protocol.Busy)
		s.interruptible(func(ctx context.Context) { _ = s.runCell(ctx, c, true) }) // shown in the cell
		s.publishView()
		s.publishGraph(own.request)
		s.out.status(own.request, protocol.Idle)
		return true
	}
	return false
}

// rerunsNow tells whether a cell that ran runs again without being asked to: in
// auto mode if it is stale, in brief mode if besides that takes little time, in
// lazy mode if somebody waits for it. One that failed does so if something else
// is there for it to read.
func (s *Session) rerunsNow(c *kernel.Cell) bool {
	st := &s.state
	own := st.cells[c.ID]
	switch {
	case own == nil, own.result == nil, own.stale == "", c.Always, st.problem(c.ID) != nil:
		return false
	case st.mode == Off, st.mode == Lazy && !own.awaited, st.mode == Brief && !own.awaited && st.wave() >= briefWave:
		return false
	case own.result.Err != nil && own.source == c.Source:
		return st.readsChanged(c, own)
	}
	return true
}

// wave is how long the stale cells took when they ran, all together.
func (st *state) wave() (sum time.Duration) {
	for _, c := range st.notebook.Cells {
		own := st.cells[c.ID]
		switch {
		case own == nil, own.result == nil, own.stale == "", c.Always:
		case own.result.From != nil:
			sum += own.result.From.Duration
		default:
			sum += own.result.Duration
		}
	}
	return sum
}

// readsChanged tells whether a cell would see other values than when it ran.
func (st *state) readsChanged(c *kernel.Cell, own *cellState) bool {
	_, now := st.values(c.ID)
	for name, in := range now {
		if own.inputs[name] != in {
			return true
		}
	}
	return st.outsideChanged(c, own) != ""
}

// ready tells whether all cells are up to date.
func (s *Session) ready(needed []*kernel.Cell) bool {
	for _, c := range needed {
		if own := s.state.cells[c.ID]; own == nil || own.result == nil || own.result.Err != nil || own.stale != "" {
			return false
		}
	}
	return true
}
