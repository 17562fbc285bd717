// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Names in the shape of ENS's Universal Resolver: what addresses call themselves, and where names lead.
contract Names {
    mapping(address => string) primary;
    mapping(bytes32 => address) owners;

    error ResolverNotFound(bytes name);
    error OffchainLookup(address sender, string[] urls, bytes data, bytes4 callback, bytes extra);

    function setPrimary(address of_, string calldata name) external {
        primary[of_] = name;
    }

    /// By the name as DNS spells it.
    function setOwner(bytes calldata name, address owner) external {
        owners[keccak256(name)] = owner;
    }

    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory, address) {
        require(bytes4(data[0:4]) == 0x3b3b57de, "only addr(bytes32)");
        address owner = owners[keccak256(name)];
        if (owner == address(0)) revert ResolverNotFound(name);
        if (owner == address(1)) revert OffchainLookup(address(this), new string[](0), data, 0x00000000, "");
        return (abi.encode(owner), address(this));
    }

    function reverse(bytes calldata of_, uint256 coinType) external view returns (string memory, address, address) {
        require(coinType == 60, "only Ethereum");
        return (primary[address(bytes20(of_))], address(this), address(this));
    }
}
