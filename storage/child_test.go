package storage

import "fmt"

// childVariable makes the test binary play another process.
const childVariable = "WNB_STORAGE_TEST_CHILD"

func runChild(name string) int { fmt.Println(name); return 1 }
