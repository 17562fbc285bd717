// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// The part of an ERC-1056 registry that is called directly by owners.
contract Registry {
    mapping(address => address) owners;
    mapping(address => uint256) public changed;

    event DIDOwnerChanged(address indexed identity, address owner, uint256 previousChange);
    event DIDDelegateChanged(
        address indexed identity, bytes32 delegateType, address delegate, uint256 validTo, uint256 previousChange
    );
    event DIDAttributeChanged(
        address indexed identity, bytes32 name, bytes value, uint256 validTo, uint256 previousChange
    );

    modifier byOwner(address identity) {
        require(msg.sender == identityOwner(identity), "not the owner");
        _;
        changed[identity] = block.number;
    }

    function identityOwner(address identity) public view returns (address) {
        address owner = owners[identity];
        return owner == address(0) ? identity : owner;
    }

    function changeOwner(address identity, address next) external byOwner(identity) {
        owners[identity] = next;
        emit DIDOwnerChanged(identity, next, changed[identity]);
    }

    function addDelegate(address identity, bytes32 kind, address delegate, uint256 validity) external byOwner(identity) {
        emit DIDDelegateChanged(identity, kind, delegate, block.timestamp + validity, changed[identity]);
    }

    function revokeDelegate(address identity, bytes32 kind, address delegate) external byOwner(identity) {
        emit DIDDelegateChanged(identity, kind, delegate, block.timestamp - 1, changed[identity]);
    }

    function setAttribute(address identity, bytes32 name, bytes memory value, uint256 validity) public byOwner(identity) {
        emit DIDAttributeChanged(identity, name, value, block.timestamp + validity, changed[identity]);
    }

    function revokeAttribute(address identity, bytes32 name, bytes calldata value) external byOwner(identity) {
        emit DIDAttributeChanged(identity, name, value, 0, changed[identity]);
    }

    /// Several changes in one block.
    function setTwice(address identity, bytes32 name, bytes calldata first, bytes calldata second) external {
        setAttribute(identity, name, first, 1 days);
        setAttribute(identity, name, second, 1 days);
    }
}
