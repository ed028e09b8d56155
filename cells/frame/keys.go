package frame

// Keys turn rows into small ints, so that grouping, joining and duplicates
// need no hash of a whole row.

// nullKey is the key of null within one column.
const nullKey = 0

// keys numbers the distinct values of a column from 1 in order of first
// appearance; null is nullKey. count is one more than the largest key.
func (s *Series) keys() (keys []int32, count int) {
	switch s.dtype {
	case Float64:
		return numberRows(s.n, s.nulls, func(i int) uint64 { return keyBits(s.floats[i]) })
	case Int64:
		return numberRows(s.n, s.nulls, func(i int) uint64 { return uint64(s.ints[i]) })
	case Bool:
		return numberTable(s.n, 2, s.nulls, func(i int) int {
			if s.bools[i] {
				return 1
			}
			return 0
		})
	}
	if len(s.dict) <= 4*s.n+64 {
		return numberTable(s.n, len(s.dict), s.nulls, func(i int) int { return int(s.codes[i]) })
	}
	return numberRows(s.n, s.nulls, func(i int) uint64 { return uint64(s.codes[i]) })
}

func numberRows(n int, nulls bitmap, value func(i int) uint64) ([]int32, int) {
	keys := make([]int32, n)
	seen := map[uint64]int32{}
	for i := range keys {
		if nulls.get(i) {
			continue
		}
		v := value(i)
		key, ok := seen[v]
		if !ok {
			key = int32(len(seen) + 1)
			seen[v] = key
		}
		keys[i] = key
	}
	return keys, len(seen) + 1
}

// numberTable is numberRows for values below limit.
func numberTable(n, limit int, nulls bitmap, value func(i int) int) ([]int32, int) {
	keys := make([]int32, n)
	table := make([]int32, limit)
	next := int32(1)
	for i := range keys {
		if nulls.get(i) {
			continue
		}
		v := value(i)
		if table[v] == 0 {
			table[v] = next
			next++
		}
		keys[i] = table[v]
	}
	return keys, int(next)
}

// rowIDs numbers the distinct rows of some columns from 0 in order of first
// appearance. first holds the first row of each. There is one column at least.
func rowIDs(cols []*Series) (ids []int32, first []int) {
	ids, count := cols[0].keys()
	for _, c := range cols[1:] {
		next, width := c.keys()
		if int64(count)*int64(width) <= int64(4*len(ids)+1024) {
			before := ids
			ids, count = numberTable(len(ids), count*width, nil, func(i int) int { return int(before[i])*width + int(next[i]) })
		} else {
			before := ids
			ids, count = numberRows(len(ids), nil, func(i int) uint64 { return uint64(before[i])<<32 | uint64(uint32(next[i])) })
		}
	}
	return renumber(ids, count)
}

// renumber makes ids dense from 0 in order of first appearance.
func renumber(ids []int32, count int) ([]int32, []int) {
	dense := make([]int32, count)
	var first []int
	for i, id := range ids {
		if dense[id] == 0 {
			first = append(first, i)
			dense[id] = int32(len(first))
		}
		ids[i] = dense[id] - 1
	}
	return ids, first
}
