# Exported scripts build the same networks in PyTorch.
. tests/cli/expect.bash
. tests/cli/export.bash
need_python torch,numpy
make_trained
first_local=${#NETWORKS[@]}
NETWORKS+=("${LOCAL_NETWORKS[@]}")
check_scripts pytorch
for ((i = first_local; i < ${#NETWORKS[@]}; ++i)); do
  same_values "expected$i" "got$i" 1e-5 || fail "pytorch gives other values for ${NETWORKS[$i]}"
done
done_testing
