package storage

import (
	"encoding/binary"
	"fmt"
)

// readableName makes a name such as brisk-otter-412 of four random bytes: about four million of them. Names help
// people to tell runs apart; only ids are unique.
func readableName(random []byte) string {
	n := binary.LittleEndian.Uint32(random)
	adjective := adjectives[n%uint32(len(adjectives))]
	n /= uint32(len(adjectives))
	animal := animals[n%uint32(len(animals))]
	n /= uint32(len(animals))
	return fmt.Sprintf("%s-%s-%d", adjective, animal, 100+n%900)
}

var adjectives = [...]string{
	"able", "amber", "bold", "brave", "bright", "brisk", "calm", "candid", "clever", "cosmic", "crisp", "curious",
	"daring", "deft", "eager", "early", "fair", "fancy", "fast", "fine", "fond", "fresh", "gentle", "glad",
	"golden", "grand", "happy", "hardy", "honest", "jolly", "keen", "kind", "lively", "lucky", "mellow", "merry",
	"mild", "misty", "modest", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "proud", "quick",
	"quiet", "rapid", "ready", "royal", "rustic", "serene", "sharp", "silent", "sleek", "smart", "smooth", "snowy",
	"solid", "spry", "steady", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty",
}

var animals = [...]string{
	"adder", "badger", "bat", "bear", "beaver", "bison", "bobcat", "camel", "cat", "cod", "condor", "crab", "crane",
	"crow", "deer", "dingo", "dove", "duck", "eagle", "eel", "elk", "falcon", "ferret", "finch", "fox", "frog",
	"gecko", "goose", "gull", "hare", "hawk", "heron", "hippo", "ibex", "ibis", "jackal", "jay", "kite", "koala",
	"lark", "lemur", "lion", "llama", "lynx", "magpie", "marten", "mole", "moose", "moth", "mouse", "newt", "okapi",
	"orca", "osprey", "otter", "owl", "panda", "perch", "pike", "puffin", "quail", "raven", "robin", "salmon", "seal",
	"shrew", "skunk", "snail", "sparrow", "squid", "stoat", "stork", "swan", "tapir", "tern", "tiger", "toad", "trout",
	"turtle", "viper", "vole", "weasel", "whale", "wolf", "wombat", "wren", "yak", "zebra",
}
